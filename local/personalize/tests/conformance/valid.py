"""A valid request for every operation, in an order in which one does not spoil the next."""

import json
import time

from estate import RECIPE, ROLE, SCHEMAS

TAGS = [{"tagKey": "team", "tagValue": "shop"}]
OUTPUT = {"s3DataDestination": {"path": "s3://data/out/"}}
METRIC = {"eventType": "view", "metricName": "views", "expression": "SAMPLECOUNT()"}


def plan(estate):
    """Pairs of an operation and a function that makes its request; deletions come last."""
    e = estate
    batch = {"roleArn": ROLE, "jobOutput": OUTPUT, "tags": TAGS}
    creates = {
        "CreateDatasetGroup": lambda: {"name": "made", "tags": TAGS},
        "CreateSchema": lambda: {"name": "made", "schema": SCHEMAS["USERS"]},
        "CreateDataset": lambda: {
            "name": "made", "datasetType": "Users", "datasetGroupArn": e["spare"],
            "schemaArn": e["schema USERS"], "tags": TAGS,
        },
        "CreateDatasetImportJob": lambda: {
            "jobName": "made", "datasetArn": e["USERS"], "roleArn": ROLE, "importMode": "INCREMENTAL",
            "dataSource": {"dataLocation": "s3://data/users.csv"}, "tags": TAGS,
        },
        "CreateEventTracker": lambda: {"name": "made", "datasetGroupArn": e["spare"], "tags": TAGS},
        "CreateFilter": lambda: {
            "name": "made", "datasetGroupArn": e["group"], "tags": TAGS,
            "filterExpression": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")',
        },
        "CreateSolution": lambda: {
            "name": "made", "datasetGroupArn": e["group"], "recipeArn": RECIPE + "aws-user-personalization-v2",
            "performAutoTraining": False, "tags": TAGS,
            "solutionConfig": {"eventsConfig": {"eventParametersList": [{"eventType": "view", "weight": 0.5}]}},
        },
        "CreateSolutionVersion": lambda: {
            "name": "made", "solutionArn": e["solution person"], "trainingMode": "FULL", "tags": TAGS,
        },
        "CreateCampaign": lambda: {
            "name": "made", "solutionVersionArn": e["version person"], "minProvisionedTPS": 1, "tags": TAGS,
            "campaignConfig": {"enableMetadataWithRecommendations": True, "itemExplorationConfig": {"explorationWeight": "0.3"}},
        },
        "CreateBatchInferenceJob": lambda: {
            "jobName": "made", "solutionVersionArn": e["version person"], "numResults": 5,
            "jobInput": {"s3DataSource": {"path": "s3://data/batch/users.json"}}, **batch,
        },
        "CreateBatchSegmentJob": lambda: {
            "jobName": "made", "solutionVersionArn": e["version affinity"], "numResults": 5,
            "jobInput": {"s3DataSource": {"path": "s3://data/batch/items.json"}}, **batch,
        },
        "CreateDatasetExportJob": lambda: {
            "jobName": "made", "datasetArn": e["USERS"], "roleArn": ROLE, "ingestionMode": "ALL",
            "jobOutput": OUTPUT, "tags": TAGS,
        },
        "CreateDataDeletionJob": lambda: {
            "jobName": "made", "datasetGroupArn": e["group"], "roleArn": ROLE,
            "dataSource": {"dataLocation": "s3://data/deletion/"}, "tags": TAGS,
        },
        "CreateMetricAttribution": lambda: {
            "name": "made", "datasetGroupArn": e["spare"], "metrics": [METRIC],
            "metricsOutputConfig": {"roleArn": ROLE, **OUTPUT},
        },
        "CreateRecommender": lambda: {
            "name": "made", "datasetGroupArn": e["domain"], "recipeArn": RECIPE + "aws-ecomm-popular-items-by-purchases",
            "recommenderConfig": {"minRecommendationRequestsPerSecond": 1}, "tags": TAGS,
        },
    }
    updates = {
        "UpdateCampaign": lambda: {"campaignArn": e["campaign similar"], "minProvisionedTPS": 2},
        "UpdateDataset": lambda: {"datasetArn": e["USERS"], "schemaArn": e["schema USERS"]},
        "UpdateSolution": lambda: {"solutionArn": e["solution ranking"], "performAutoTraining": False},
        "UpdateMetricAttribution": lambda: {"metricAttributionArn": e["attribution"], "addMetrics": [METRIC]},
        "UpdateRecommender": lambda: {
            "recommenderArn": e["recommender"], "recommenderConfig": {"minRecommendationRequestsPerSecond": 2},
        },
        "StopRecommender": lambda: {"recommenderArn": e["recommender"]},
        "StartRecommender": lambda: {"recommenderArn": e["recommender"]},
        "StopSolutionVersionCreation": lambda: {"solutionVersionArn": training(e)},
        "TagResource": lambda: {"resourceArn": e["group"], "tags": TAGS},
        "ListTagsForResource": lambda: {"resourceArn": e["group"]},
        "UntagResource": lambda: {"resourceArn": e["group"], "tagKeys": ["team"]},
    }
    deletes = {
        "DeleteCampaign": lambda: {"campaignArn": e["made CreateCampaign"]},
        "DeleteRecommender": lambda: {"recommenderArn": e["made CreateRecommender"]},
        "DeleteFilter": lambda: {"filterArn": e["made CreateFilter"]},
        "DeleteEventTracker": lambda: {"eventTrackerArn": e["made CreateEventTracker"]},
        "DeleteMetricAttribution": lambda: {"metricAttributionArn": e["made CreateMetricAttribution"]},
        "DeleteSolution": lambda: {"solutionArn": e["made CreateSolution"]},
        "DeleteDataset": lambda: {"datasetArn": e["made CreateDataset"]},
        "DeleteSchema": lambda: {"schemaArn": e["made CreateSchema"]},
        "DeleteDatasetGroup": lambda: {"datasetGroupArn": e["made CreateDatasetGroup"]},
    }
    return {**creates, **questions(e), **updates, **runtime(e), **events(e), **deletes}


def training(estate):
    """A solution version that is still being made."""
    made = estate.clients["personalize"].create_solution_version(solutionArn=estate["solution similar"])
    return made["solutionVersionArn"]


def questions(e):
    described = {
        "DatasetGroup": "group", "Schema": "schema USERS", "Dataset": "USERS", "DatasetImportJob": "import USERS",
        "EventTracker": "tracker", "Filter": "filter", "Solution": "solution person",
        "SolutionVersion": "version person", "Campaign": "campaign person", "Recommender": "recommender",
        "BatchInferenceJob": "inference", "BatchSegmentJob": "segment", "DatasetExportJob": "export",
        "DataDeletionJob": "deletion", "MetricAttribution": "attribution",
    }
    asks = {
        f"Describe{kind}": lambda kind=kind, name=name: {f"{kind[0].lower()}{kind[1:]}Arn": e[name]}
        for kind, name in described.items()
    }
    of = {
        "ListBatchInferenceJobs": ("solutionVersionArn", "version person"),
        "ListBatchSegmentJobs": ("solutionVersionArn", "version affinity"),
        "ListCampaigns": ("solutionArn", "solution person"),
        "ListDataDeletionJobs": ("datasetGroupArn", "group"),
        "ListDatasetExportJobs": ("datasetArn", "ITEMS"),
        "ListDatasetImportJobs": ("datasetArn", "ITEMS"),
        "ListDatasets": ("datasetGroupArn", "group"),
        "ListEventTrackers": ("datasetGroupArn", "group"),
        "ListFilters": ("datasetGroupArn", "group"),
        "ListMetricAttributionMetrics": ("metricAttributionArn", "attribution"),
        "ListMetricAttributions": ("datasetGroupArn", "group"),
        "ListRecommenders": ("datasetGroupArn", "domain"),
        "ListSolutionVersions": ("solutionArn", "solution person"),
        "ListSolutions": ("datasetGroupArn", "group"),
    }
    lists = {
        operation: lambda member=member, name=name: {member: e[name], "maxResults": 10}
        for operation, (member, name) in of.items()
    }
    return {
        **asks,
        **lists,
        "ListDatasetGroups": lambda: {"maxResults": 1},
        "ListSchemas": lambda: {"maxResults": 1},
        "ListRecipes": lambda: {"maxResults": 5},
        "DescribeRecipe": lambda: {"recipeArn": RECIPE + "aws-user-personalization-v2"},
        "DescribeAlgorithm": lambda: {"algorithmArn": "arn:aws:personalize:::algorithm/aws-user-personalization-v2"},
        "DescribeFeatureTransformation": lambda: {
            "featureTransformationArn": "arn:aws:personalize:::feature-transformation/JSON-percentile-filtering",
        },
        "GetSolutionMetrics": lambda: {"solutionVersionArn": e["version person"]},
    }


def runtime(e):
    filtered = {"filterArn": e["filter"], "filterValues": {"CATEGORY": '"c0","c1"'}}
    metadata = {"metadataColumns": {"ITEMS": ["PRICE", "CATEGORY"]}}
    return {
        "GetRecommendations": lambda: {
            "campaignArn": e["campaign person"], "userId": "u1", "numResults": 10, "context": {"DEVICE": "phone"},
            "promotions": [{"name": "sale", "percentPromotedItems": 20, **filtered}], **filtered, **metadata,
        },
        "GetPersonalizedRanking": lambda: {
            "campaignArn": e["campaign ranking"], "userId": "u1", "inputList": ["i1", "i2", "unknown"],
            "context": {"DEVICE": "phone"}, **metadata,
        },
        "GetActionRecommendations": lambda: {"campaignArn": e["campaign action"], "userId": "u1", "numResults": 3},
    }


def events(e):
    now = int(time.time())
    described = lambda **properties: json.dumps(properties)
    return {
        "PutEvents": lambda: {
            "trackingId": e["tracking"], "userId": "u1", "sessionId": "visit",
            "eventList": [{
                "eventId": "once", "eventType": "view", "eventValue": 1.5, "itemId": "i1", "sentAt": now,
                "properties": described(device="phone"), "recommendationId": "RID-1", "impression": ["i1", "i2"],
                "metricAttribution": {"eventAttributionSource": "mail"},
            }],
        },
        "PutItems": lambda: {
            "datasetArn": e["ITEMS"],
            "items": [{"itemId": "new", "properties": described(price=5, category="c1|c2")}],
        },
        "PutUsers": lambda: {
            "datasetArn": e["USERS"], "users": [{"userId": "new", "properties": described(age=30)}],
        },
        "PutActions": lambda: {
            "datasetArn": e["ACTIONS"],
            "actions": [{"actionId": "new", "properties": described(value=10, membership="gold")}],
        },
        "PutActionInteractions": lambda: {
            "trackingId": e["action tracking"],
            "actionInteractions": [{
                "actionId": "a1", "userId": "u1", "sessionId": "visit", "timestamp": now, "eventType": "Taken",
                "eventId": "once", "recommendationId": "RID-1", "impression": ["a1"],
            }],
        },
    }
