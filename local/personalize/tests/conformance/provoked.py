"""Errors that take more than one wrong member: names that are taken, used-up quotas, things in use."""

from estate import RECIPE, ROLE, SCHEMAS
from valid import OUTPUT, training

NAMES = ["name", "jobName"]
# More than any quota of a dataset group, and than that of schemas in a region.
ENOUGH = 600


def before(model, request):
    """Pairs of an error and a request that must lead to it and must change nothing."""
    errors = {shape.name for shape in model.error_shapes}
    if "TooManyTagsException" in errors:
        tags = [{"tagKey": f"key-{number}", "tagValue": "value"} for number in range(51)]
        fresh = {name: "many-tags" for name in NAMES if name in request}
        yield "TooManyTagsException", {**request, **fresh, "tags": tags}
    if "InvalidNextTokenException" in errors:
        yield "InvalidNextTokenException", {**request, "nextToken": "none of this list"}


def after(model, request):
    """The same when the request itself was done: a second one of the same name."""
    errors = {shape.name for shape in model.error_shapes}
    if "ResourceAlreadyExistsException" in errors and any(name in request for name in NAMES):
        yield "ResourceAlreadyExistsException", request


def in_use(e):
    """Pairs of an operation and a request about something that others need or that is not done."""
    return [
        ("DeleteDatasetGroup", {"datasetGroupArn": e["group"]}),
        ("DeleteSchema", {"schemaArn": e["schema ITEMS"]}),
        ("DeleteSolution", {"solutionArn": e["solution person"]}),
        ("CreateCampaign", {"name": "early", "solutionVersionArn": training(e)}),
        ("CreateBatchInferenceJob", {
            "jobName": "early", "roleArn": ROLE, "solutionVersionArn": training(e), "jobOutput": OUTPUT,
            "jobInput": {"s3DataSource": {"path": "s3://data/batch/users.json"}},
        }),
        ("DeleteDataset", {"datasetArn": trained_on(e)}),
        ("GetSolutionMetrics", {"solutionVersionArn": training(e)}),
    ]


def trained_on(e):
    """A dataset of a group in which a version is still being made."""
    training(e)
    return e["INTERACTIONS"]


def beyond(e):
    """Pairs of an operation and a function that makes its request with a name of its own; one of them
    is one too many."""
    return [
        ("CreateDatasetGroup", lambda name: {"name": name}),
        ("CreateSchema", lambda name: {"name": name, "schema": SCHEMAS["USERS"]}),
        ("CreateFilter", lambda name: {
            "name": name, "datasetGroupArn": e["group"],
            "filterExpression": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")',
        }),
        ("CreateSolution", lambda name: {
            "name": name, "datasetGroupArn": e["group"], "recipeArn": RECIPE + "aws-sims", "performAutoTraining": False,
        }),
        ("CreateCampaign", lambda name: {"name": name, "solutionVersionArn": e["version person"]}),
        ("CreateRecommender", lambda name: {
            "name": name, "datasetGroupArn": e["domain"], "recipeArn": RECIPE + "aws-ecomm-popular-items-by-views",
        }),
        ("CreateSolutionVersion", lambda name: {"name": name, "solutionArn": e["solution similar"]}),
        ("CreateDatasetExportJob", lambda name: {
            "jobName": name, "datasetArn": e["USERS"], "roleArn": ROLE, "jobOutput": OUTPUT,
        }),
    ]


def walk(walker, models, e):
    """Provokes all of them; answers results by a name for the table."""
    results = {}
    for operation, request in in_use(e):
        client, model = models[operation]
        problems = walker.provoked(client, model, "ResourceInUseException", request)
        results[f"{operation} (in use)"] = (1, problems)
    for operation, make in beyond(e):
        client, model = models[operation]
        for number in range(ENOUGH):
            code = walker.call(client, operation, make(f"more-{number}"))
            if code:
                break
        found = [] if code == "LimitExceededException" else [f"{code} for a quota, after {number + 1} requests"]
        results[f"{operation} (limit)"] = (number + 1, found)
    return results
