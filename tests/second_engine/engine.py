"""Starts LocalStack's Step Functions interpreter with the functions replaced by scripts.

Its Lambda needs containers, which a test should not: a call to a function is answered from the case
that the function's name begins with (`<case>--<function>`), and written down. Waits and pauses before
retries take no time, so that two days of polling are a second. Nothing else of the engine is changed.

Environment: CASES, a JSON file of {case: [answers]}; CALLS, where calls are written, a JSON line each.
"""

import io
import json
import os
import threading
import types

from localstack.runtime.main import main
from localstack.services.stepfunctions.asl.component.common.retry import retrier_decl
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import (
    lambda_eval_utils,
)
from localstack.services.stepfunctions.asl.component.state.state_wait.wait_function import (
    wait_function,
)


class Functions:
    """Stands in for the Lambda client. Answers in the order of each script; its last one repeats."""

    def __init__(self, cases, calls):
        self.cases, self.calls = cases, calls
        self.asked = {}
        self.lock = threading.Lock()

    def invoke(self, FunctionName, Payload=b"{}", **_):
        case, function = FunctionName.rsplit(":", 1)[-1].split("--")
        payload = json.loads(Payload)
        with self.lock:
            then = self.answer(case, function, payload)
            print(json.dumps({"case": case, "function": function, "payload": payload, "then": then}),
                  file=self.calls, flush=True)
        answer = {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
        if "fails" in then:
            answer["FunctionError"] = "Unhandled"
            body = {"errorType": then["fails"], "errorMessage": then["message"]}
        else:
            body = then["answers"]
        return answer | {"Payload": io.BytesIO(json.dumps(body).encode())}

    def answer(self, case, function, payload):
        for index, script in enumerate(self.cases[case]):
            if script["function"] == function and script.get("when", {}).items() <= payload.items():
                count = self.asked.get((case, index), 0)
                self.asked[case, index] = count + 1
                return script["then"][min(count, len(script["then"]) - 1)]
        return {"fails": "Unscripted", "message": f"the case {case} does not answer {function} {payload}"}


def scripted():
    with open(os.environ["CASES"], encoding="utf-8") as file:
        return Functions(json.load(file), open(os.environ["CALLS"], "w", encoding="utf-8"))


FUNCTIONS = scripted()
lambda_eval_utils.boto_client_for = lambda **_: FUNCTIONS
retrier_decl.time = types.SimpleNamespace(sleep=lambda _: None)
wait_function.WaitFunction._wait_interval = lambda self, env, wait_seconds: None

if __name__ == "__main__":
    main()
