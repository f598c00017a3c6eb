"""Every operation of Amazon Personalize's three APIs against personalize-local, as boto3 speaks them.

    python conformance.py target/debug/personalize-local [--only GetRecommendations] [--verbose]

For each operation one valid request, whose answer must be what the service model says, every
request that the model forbids, whose error must be one that the model lists, and requests that must
lead to a certain error: a name that is taken, too many tags, a used-up quota. Ends with 1 if any is
not so. What the server says it has not built, and what cannot be asked without that, is a failure
as well, unless --allow-not-built is given.
"""

import argparse
import json
import sys
import time

import botocore.exceptions

import answers
import estate
import invalid
import provoked
import server
import valid
from bucket import Bucket

# What the service's front sends for any operation.
COMMON = {"ValidationException", "SerializationException", "ThrottlingException"}
NOT_BUILT = "not built"
# Deletions and updates wait for what they depend on; so long do we.
PATIENCE = 30


class Walk:
    """One walk over all operations; counts and failures by operation."""

    def __init__(self, clients, shop):
        self.clients = clients
        self.shop = shop
        self.bodies, self.raw = [], None
        for client in clients.values():
            client.meta.events.register("before-parse.*", self.keep_body)
            client.meta.events.register("before-call.*", self.replace_body)

    def keep_body(self, response_dict, **_):
        self.bodies = [response_dict["body"]]

    def replace_body(self, params, **_):
        """What a model forbids boto3 may not be able to write: it goes out as it is."""
        if self.raw is not None:
            params["body"] = json.dumps(self.raw).encode()

    def call(self, client, operation, request, raw=None):
        """The code of the error, or None."""
        method = getattr(client, snake(operation))
        self.raw = raw
        try:
            self.answer = method(**request)
            return None
        except botocore.exceptions.ClientError as error:
            self.status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            self.message = error.response["Error"].get("Message", "")
            return error.response["Error"]["Code"]
        finally:
            self.raw = None

    def valid(self, client, model, request):
        """Problems of the answer to a request that the model allows."""
        patience = time.monotonic() + PATIENCE
        while (code := self.call(client, model.name, request)) == "ResourceInUseException":
            if time.monotonic() > patience:
                break
            time.sleep(0.1)
        if code:
            return [f"valid request refused: {code}: {self.message}"]
        body = self.bodies[0] or b"{}"
        for member, value in self.answer.items():
            if member.endswith("Arn"):
                self.shop.arns[f"made {model.name}"] = value
        if model.output_shape is None:
            return [] if json.loads(body) == {} else [f"no answer is modelled, but {body!r} came"]
        return list(answers.problems(model.output_shape, json.loads(body)))

    def invalid(self, client, model, what, request):
        """Problems of the answer to a request that the model forbids."""
        code = self.call(client, model.name, {}, raw=request)
        allowed = {shape.name for shape in model.error_shapes} | COMMON
        if code is None:
            return [f"{what}: accepted"]
        if code not in allowed:
            return [f"{what}: {code} is no error of the operation ({self.message})"]
        if not 400 <= self.status < 500:
            return [f"{what}: {code} with HTTP {self.status}"]
        return [] if self.message else [f"{what}: {code} without a message"]

    def provoked(self, client, model, error, request):
        """Problems of the answer to a request that must lead to this error."""
        code = self.call(client, model.name, request)
        return [] if code == error else [f"{code} instead of {error}"]

    def operation(self, client, model, make):
        """Walks one operation; answers how many requests it took and what was wrong."""
        try:
            request = make()
        except botocore.exceptions.ClientError as error:
            return 0, [f"no valid request can be made: {error}"]
        if estate.NOTHING in json.dumps(request):
            return 0, [f"{NOT_BUILT}: a resource that the request needs could not be made"]
        if self.call(client, model.name, {}, raw={"none": 0}) == "UnknownOperationException":
            return 0, [NOT_BUILT]
        errors = {shape.name for shape in model.error_shapes}
        finds = "ResourceNotFoundException" in errors
        wrong = list(invalid.violations(model.input_shape, request, finds))
        problems = []
        # A request that makes or removes something comes after those that must not.
        for what, forbidden in wrong:
            problems += self.invalid(client, model, what, forbidden)
        conflicts = list(provoked.before(model, request))
        for error, conflict in conflicts:
            problems += self.provoked(client, model, error, conflict)
        problems += self.valid(client, model, request)
        taken = list(provoked.after(model, request))
        for error, conflict in taken:
            problems += self.provoked(client, model, error, conflict)
        return len(wrong) + len(conflicts) + 1 + len(taken), problems


def snake(operation):
    letters = operation.replace("HPO", "Hpo")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in letters).lstrip("_")


def walk(clients, shop, only):
    walker = Walk(clients, shop)
    plan = valid.plan(shop)
    models = {
        name: (client, client.meta.service_model.operation_model(name))
        for client in clients.values()
        for name in client.meta.service_model.operation_names
    }
    unplanned = sorted(set(models) - set(plan))
    results = {name: (0, ["conformance.py has no request for it"]) for name in unplanned}
    for name, make in plan.items():
        if not only or name in only:
            results[name] = walker.operation(*models[name], make)
    if not only:
        results.update(provoked.walk(walker, models, shop))
    return results


def show(results, shop, verbose):
    """Prints the table; answers how many operations failed and how many are not built."""
    failed, missing = 0, 0
    print(f"{'operation':34} {'requests':>8}  result")
    for name, (count, problems) in sorted(results.items()):
        unbuilt = any(problem.startswith(NOT_BUILT) for problem in problems)
        missing += unbuilt
        failed += bool(problems) and not unbuilt
        print(f"{name:34} {count:8}  {'ok' if not problems else f'{len(problems)} problems'}")
        for problem in problems if verbose else problems[:5]:
            print(f"    {problem[:300]}")
    for problem in shop.problems:
        print(f"while preparing: {problem[:300]}")
    total = sum(count for count, _ in results.values())
    print(f"{len(results)} operations, {total} requests, {failed} with problems, {missing} not built")
    return failed, missing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", help="the server to start")
    parser.add_argument("--only", action="append", default=[], help="walk this operation only; may be repeated")
    parser.add_argument("--verbose", action="store_true", help="show all problems of an operation")
    parser.add_argument("--allow-not-built", action="store_true", help="only what is there must be right")
    arguments = parser.parse_args()
    bucket = Bucket(estate.objects())
    process, endpoint = server.start(arguments.binary, bucket.endpoint)
    try:
        clients = server.clients(endpoint)
        shop = estate.Estate(clients)
        results = walk(clients, shop, arguments.only)
    finally:
        process.terminate()
    failed, missing = show(results, shop, arguments.verbose)
    return 1 if failed or (missing and not arguments.allow_not_built) else 0


if __name__ == "__main__":
    sys.exit(main())
