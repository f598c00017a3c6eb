"""A shop with one resource of every kind, so that every operation has something to ask about."""

import json
import time

import botocore.exceptions

from server import ACCOUNT, REGION

ROLE = f"arn:aws:iam::{ACCOUNT}:role/personalize"
RECIPE = "arn:aws:personalize:::recipe/"
# What stands in requests for a resource that could not be made.
NOTHING = f"arn:aws:personalize:{REGION}:{ACCOUNT}:nothing"


def schema(name, *fields):
    made = [
        {"name": field, "type": kind, **({"categorical": True} if field in CATEGORIES else {})}
        for field, kind in fields
    ]
    return json.dumps({"type": "record", "name": name, "namespace": "shop", "version": "1.0", "fields": made})


CATEGORIES = {"CATEGORY", "CATEGORY_L1", "DEVICE", "MEMBERSHIP"}
STRING, LONG, FLOAT = "string", "long", "float"
MAYBE_STRING = ["null", "string"]
SCHEMAS = {
    "INTERACTIONS": schema(
        "Interactions", ("USER_ID", STRING), ("ITEM_ID", STRING), ("TIMESTAMP", LONG),
        ("EVENT_TYPE", STRING), ("DEVICE", MAYBE_STRING),
    ),
    "ITEMS": schema("Items", ("ITEM_ID", STRING), ("PRICE", FLOAT), ("CATEGORY", MAYBE_STRING)),
    "USERS": schema("Users", ("USER_ID", STRING), ("AGE", "int")),
    "ACTIONS": schema(
        "Actions", ("ACTION_ID", STRING), ("VALUE", ["null", "long"]), ("MEMBERSHIP", MAYBE_STRING),
        ("CREATION_TIMESTAMP", ["null", "long"]), ("REPEAT_FREQUENCY", ["null", "long"]),
    ),
    "ACTION_INTERACTIONS": schema(
        "Action_Interactions", ("USER_ID", STRING), ("ACTION_ID", STRING), ("EVENT_TYPE", STRING),
        ("TIMESTAMP", LONG),
    ),
}
DOMAIN_INTERACTIONS = schema(
    "Interactions", ("USER_ID", STRING), ("ITEM_ID", STRING), ("TIMESTAMP", LONG), ("EVENT_TYPE", STRING)
)


def objects():
    """The bucket: 100 users, 40 items, 2,000 interactions and as much of the rest as is needed."""
    rows = [
        (f"u{row % 100}", f"i{(row % 2) * 20 + (row // 7) % 20}", 1_700_000_000 + row, ["view", "purchase"][row % 5 == 0])
        for row in range(2000)
    ]
    plain = "".join(f"{user},{item},{at},{event}\n" for user, item, at, event in rows)
    capital = "".join(f"{user},{item},{at},{event.title()}\n" for user, item, at, event in rows)
    header = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"
    done = ["Taken", "Not Taken", "Viewed"]
    return {
        "interactions.csv": f"{header},DEVICE\n" + plain.replace("\n", ",phone\n"),
        "domain.csv": f"{header}\n{capital}",
        "items.csv": "ITEM_ID,PRICE,CATEGORY\n" + "".join(f"i{n},{n}.5,c{n % 3}\n" for n in range(40)),
        "users.csv": "USER_ID,AGE\n" + "".join(f"u{n},{n}\n" for n in range(100)),
        "actions.csv": "ACTION_ID,VALUE,MEMBERSHIP,CREATION_TIMESTAMP,REPEAT_FREQUENCY\n"
        + "".join(f"a{n},{n},gold,1700000000,\n" for n in range(10)),
        "action_interactions.csv": "USER_ID,ACTION_ID,EVENT_TYPE,TIMESTAMP\n"
        + "".join(f"u{n % 100},a{n % 7},{done[n % 3]},{1_700_000_000 + n}\n" for n in range(2000)),
        "batch/users.json": "".join(f'{{"userId": "u{n}"}}\n' for n in range(10)),
        "batch/items.json": "".join(f'{{"itemId": "i{n}"}}\n' for n in range(10)),
        "deletion/users.csv": "USER_ID\nu99\n",
    }


class Estate:
    """Resources by a short name; one that could not be made has an ARN of nothing."""

    def __init__(self, clients):
        self.clients = clients
        self.arns = {}
        self.problems = []
        self.prepare()

    def __getitem__(self, name):
        return self.arns.get(name, f"{NOTHING}/{name.replace(' ', '-')}")

    def make(self, short, operation, answer, describe=None, **parameters):
        """Creates a resource and waits until it is ACTIVE; a failure is noted and lived with."""
        client = self.clients["personalize"]
        try:
            arn = getattr(client, operation)(**parameters)[answer]
            self.arns[short] = arn
            if describe:
                self.settle(arn, describe)
        except (botocore.exceptions.ClientError, TimeoutError, KeyError) as problem:
            self.problems.append(f"{operation} for {short}: {problem}")

    def settle(self, arn, kind, seconds=60):
        """Waits for the end of PENDING and IN_PROGRESS."""
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind)
        for _ in range(seconds * 20):
            described = getattr(self.clients["personalize"], f"describe_{snake}")(**{f"{kind}Arn": arn})[kind]
            status = described.get("status", "ACTIVE")
            if not status.endswith(("PENDING", "IN_PROGRESS")):
                if "FAILED" in status:
                    self.problems.append(f"{arn}: {described.get('failureReason', status)}")
                return described
            time.sleep(0.05)
        raise TimeoutError(arn)

    def prepare(self):
        self.make("group", "create_dataset_group", "datasetGroupArn", "datasetGroup", name="shop")
        self.make("spare", "create_dataset_group", "datasetGroupArn", "datasetGroup", name="spare")
        self.make("domain", "create_dataset_group", "datasetGroupArn", "datasetGroup", name="domain", domain="ECOMMERCE")
        for kind, text in SCHEMAS.items():
            self.make(f"schema {kind}", "create_schema", "schemaArn", name=f"schema-{kind}", schema=text)
            self.data(kind, "group", f"schema {kind}", f"{kind.lower()}.csv")
        self.make("schema domain", "create_schema", "schemaArn", name="schema-domain", schema=DOMAIN_INTERACTIONS, domain="ECOMMERCE")
        self.data("INTERACTIONS", "domain", "schema domain", "domain.csv", prefix="domain ")
        self.make("tracker", "create_event_tracker", "eventTrackerArn", "eventTracker", name="tracker", datasetGroupArn=self["group"])
        self.tracking()
        for name, recipe in [
            ("person", "aws-user-personalization-v2"), ("ranking", "aws-personalized-ranking-v2"),
            ("similar", "aws-similar-items"), ("affinity", "aws-item-affinity"), ("action", "aws-next-best-action"),
        ]:
            self.solution(name, recipe)
        self.make(
            "filter", "create_filter", "filterArn", "filter", name="filter", datasetGroupArn=self["group"],
            filterExpression="INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)",
        )
        self.make(
            "recommender", "create_recommender", "recommenderArn", "recommender", name="recommender",
            datasetGroupArn=self["domain"], recipeArn=RECIPE + "aws-ecomm-popular-items-by-views",
        )
        self.jobs()

    def data(self, kind, group, schema_name, key, prefix=""):
        short = f"{prefix}{kind}"
        self.make(
            short, "create_dataset", "datasetArn", "dataset", name=f"{prefix.strip()}{kind}".lower(),
            datasetType=kind, datasetGroupArn=self[group], schemaArn=self[schema_name],
        )
        self.make(
            f"import {short}", "create_dataset_import_job", "datasetImportJobArn", "datasetImportJob",
            jobName=f"{prefix.strip()}import-{kind}", datasetArn=self[short], roleArn=ROLE,
            dataSource={"dataLocation": f"s3://data/{key}"},
        )

    def tracking(self):
        """Ids are not ARNs but are found in the same way."""
        client = self.clients["personalize"]
        self.arns["tracking"], self.arns["action tracking"] = "none", "none"
        if "tracker" in self.arns:
            tracker = client.describe_event_tracker(eventTrackerArn=self["tracker"])["eventTracker"]
            self.arns["tracking"] = tracker["trackingId"]
        if "ACTION_INTERACTIONS" in self.arns:
            dataset = client.describe_dataset(datasetArn=self["ACTION_INTERACTIONS"])["dataset"]
            self.arns["action tracking"] = dataset.get("trackingId", "none")

    def solution(self, name, recipe):
        self.make(
            f"solution {name}", "create_solution", "solutionArn", "solution", name=name,
            datasetGroupArn=self["group"], recipeArn=RECIPE + recipe, performAutoTraining=False,
        )
        self.make(
            f"version {name}", "create_solution_version", "solutionVersionArn", "solutionVersion",
            solutionArn=self[f"solution {name}"],
        )
        if name == "affinity":
            return
        self.make(
            f"campaign {name}", "create_campaign", "campaignArn", "campaign", name=name,
            solutionVersionArn=self[f"version {name}"],
            campaignConfig={"enableMetadataWithRecommendations": True} if name != "action" else {},
        )

    def jobs(self):
        output = {"s3DataDestination": {"path": "s3://data/out/"}}
        batch = {"jobName": "batch", "roleArn": ROLE, "jobOutput": output}
        self.make(
            "inference", "create_batch_inference_job", "batchInferenceJobArn", "batchInferenceJob",
            solutionVersionArn=self["version person"],
            jobInput={"s3DataSource": {"path": "s3://data/batch/users.json"}}, **batch,
        )
        self.make(
            "segment", "create_batch_segment_job", "batchSegmentJobArn", "batchSegmentJob",
            solutionVersionArn=self["version affinity"],
            jobInput={"s3DataSource": {"path": "s3://data/batch/items.json"}}, **batch,
        )
        self.make(
            "export", "create_dataset_export_job", "datasetExportJobArn", "datasetExportJob",
            jobName="export", datasetArn=self["ITEMS"], roleArn=ROLE, jobOutput=output,
        )
        self.make(
            "deletion", "create_data_deletion_job", "dataDeletionJobArn", "dataDeletionJob", jobName="deletion",
            datasetGroupArn=self["group"], roleArn=ROLE, dataSource={"dataLocation": "s3://data/deletion/"},
        )
        self.make(
            "attribution", "create_metric_attribution", "metricAttributionArn", "metricAttribution",
            name="attribution", datasetGroupArn=self["group"],
            metrics=[{"eventType": "purchase", "metricName": "sales", "expression": "SAMPLECOUNT()"}],
            metricsOutputConfig={"roleArn": ROLE, **output},
        )
