"""Runs every workflow of statemachines/ on a second ASL engine, unchanged, and compares its ends.

    python3 -m venv venv && venv/bin/pip install -r tests/second_engine/requirements.txt
    venv/bin/python tests/second_engine/check.py [workflow ...]

A case is what the functions answer and what the workflow has to come to; `cases/<workflow>.json` has
those of a workflow: {"<case>": {"input", "functions": [{"function", "when"?, "then": [{"answers": ...}
| {"fails": kind, "message"}]}], "ends": {"status", "output"? | "error"?, "cause"?: [words]}}}. Output is
compared by the members the case names. Every lock that was taken has to be given back by its owner.
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3

HERE = pathlib.Path(__file__).parent
MACHINES = HERE.parent.parent / "statemachines"
ROLE = "arn:aws:iam::000000000000:role/workflow"
START_SECONDS = 120
CASE_SECONDS = 120


def read_cases(chosen):
    """Each case under a name of its own, with its workflow."""
    files = sorted((HERE / "cases").glob("*.json"))
    missing = {path.name.split(".")[0] for path in MACHINES.glob("*.asl.json")} - {path.stem for path in files}
    if missing:
        sys.exit(f"no cases for {', '.join(sorted(missing))}: add tests/second_engine/cases/<workflow>.json")
    cases = {}
    for path in files:
        if chosen and path.stem not in chosen:
            continue
        for name, case in json.loads(path.read_text()).items():
            cases[f"{path.stem}-{re.sub('[^a-z0-9]+', '-', name.lower())}"] = case | {"workflow": path.stem}
    return cases


def definition(workflow, case):
    """The file with its substitutions, as SAM fills them in; functions carry the case in their names."""
    text = (MACHINES / f"{workflow}.asl.json").read_text()

    def value(match):
        name = match[1]
        if name.endswith("FunctionArn"):
            function = re.sub("(?<!^)(?=[A-Z])", "-", name.removesuffix("FunctionArn")).lower()
            return f"arn:aws:lambda:us-east-1:000000000000:function:{case}--{function}"
        if name == "PollSeconds":
            return "1"
        sys.exit(f"{workflow} has the substitution ${{{name}}}, which {__file__} does not know")

    return re.sub(r"\$\{(\w+)\}", value, text)


def wait_for(url, engine, log):
    for _ in range(START_SECONDS * 2):
        if engine.poll() is not None:
            sys.exit(f"the engine stopped before it was ready:\n{log.read_text()}")
        try:
            return urllib.request.urlopen(url, timeout=5).read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    sys.exit(f"the engine was not ready after {START_SECONDS} s:\n{log.read_text()}")


def run(client, name, case):
    machine = client.create_state_machine(
        name=name, definition=definition(case["workflow"], name), roleArn=ROLE
    )["stateMachineArn"]
    execution = client.start_execution(
        stateMachineArn=machine, name="run-1", input=json.dumps(case["input"])
    )["executionArn"]
    for _ in range(CASE_SECONDS * 5):
        state = client.describe_execution(executionArn=execution)
        if state["status"] != "RUNNING":
            return state
        time.sleep(0.2)
    return {"status": "RUNNING"}


def differences(wanted, got, place):
    """Where `got` lacks something of `wanted`, in words."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key, value in wanted.items():
            yield from differences(value, got.get(key), f"{place}.{key}")
    elif wanted != got:
        yield f"{place} is {json.dumps(got)}, not {json.dumps(wanted)}"


def judge(case, state, calls):
    ends = case["ends"]
    yield from differences(ends["status"], state["status"], "status")
    if "output" in ends:
        yield from differences(ends["output"], json.loads(state.get("output") or "null"), "output")
    if "error" in ends:
        yield from differences(ends["error"], state.get("error"), "error")
    for words in ends.get("cause", []):
        if words not in state.get("cause", ""):
            yield f"the cause lacks `{words}`: {state.get('cause')}"
    for call in calls:
        if call["then"].get("fails") == "Unscripted":
            yield call["then"]["message"]
    yield from locks(calls)


def locks(calls):
    """Every lock that was taken and not given back."""
    held = set()
    for call in calls:
        payload = call["payload"]
        lock = (payload.get("workflow"), payload.get("owner"))
        if payload.get("action") == "lock" and call["then"].get("answers", {}).get("acquired"):
            held.add(lock)
        if payload.get("action") == "unlock":
            held.discard(lock)
    for workflow, _ in held:
        yield f"the lock of {workflow} is not given back"


def check(cases, directory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    scripts, written = directory / "cases.json", directory / "calls.jsonl"
    scripts.write_text(json.dumps({name: case["functions"] for name, case in cases.items()}))
    environment = os.environ | {
        "CASES": str(scripts), "CALLS": str(written), "SERVICES": "stepfunctions", "DISABLE_EVENTS": "1",
        "GATEWAY_LISTEN": f"127.0.0.1:{port}", "LOCALSTACK_VOLUME_DIR": str(directory / "volume"),
        "DNS_ADDRESS": "0", "SKIP_SSL_CERT_DOWNLOAD": "1", "LS_LOG": "error",
    }
    log = directory / "engine.log"
    command = [sys.executable, str(HERE / "engine.py")]
    engine = subprocess.Popen(command, env=environment, cwd=directory, stdout=log.open("w"), stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/_localstack/health", engine, log)
        client = boto3.client("stepfunctions", endpoint_url=url, region_name="us-east-1",
                              aws_access_key_id="test", aws_secret_access_key="test")
        failed = 0
        for name, case in cases.items():
            state = run(client, name, case)
            lines = [json.loads(line) for line in written.read_text().splitlines()]
            wrong = list(judge(case, state, [line for line in lines if line["case"] == name]))
            print(f"{'failed' if wrong else 'ok':6} {name}", flush=True)
            for what in wrong:
                print(f"       {what}", flush=True)
            if wrong and state.get("error"):
                print(f"       it ended with {state['error']}: {state.get('cause')}", flush=True)
            failed += bool(wrong)
        return failed
    finally:
        engine.terminate()
        engine.wait(timeout=30)


def main():
    cases = read_cases(set(sys.argv[1:]))
    with tempfile.TemporaryDirectory() as directory:
        failed = check(cases, pathlib.Path(directory))
    print(f"{len(cases)} cases on the second engine, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
