"""Starts ministack with three corrections, said in docs/local.md.

AppSync turns a failed direct Lambda resolver into a GraphQL error with the function's message.
ministack returns `{"errors": [message]}` as if it were the field's data, and the caller reads
"Cannot return null for non-nullable field" instead. Here the message comes through as on AWS.

AppSync takes a list from a resolver of a list; ministack takes objects alone, and strings that it
parses.

AppSync tells a resolver who signed a request with IAM; ministack tells nothing, as of an API key.
"""

import contextvars
import inspect
import json

from ministack.app import main
from ministack.services import appsync, lambda_svc

_resolve = appsync._resolve_lambda
_execute = lambda_svc._execute_function_with_config_scope
_for_appsync = contextvars.ContextVar("for_appsync", default=False)
_signature = inspect.signature(_resolve)

ACCOUNT = "000000000000"
SIGNED = {"accountId": ACCOUNT, "userArn": f"arn:aws:iam::{ACCOUNT}:root", "username": ACCOUNT}


def _execute_for_appsync(*args, **kwargs):
    result = _execute(*args, **kwargs)
    if _for_appsync.get() and isinstance(result, dict) and isinstance(result.get("body"), list):
        result = {**result, "body": json.dumps(result["body"])}
    return result


def _resolve_as_appsync(*args, **kwargs):
    call = _signature.bind(*args, **kwargs)
    headers = {name.lower(): value for name, value in call.arguments["request_headers"].items()}
    signed = str(headers.get("authorization") or "").startswith("AWS4-HMAC-SHA256")
    if call.arguments["identity"] is None and signed and "x-api-key" not in headers:
        call.arguments["identity"] = SIGNED
    outside = _for_appsync.set(True)
    try:
        data = _resolve(*call.args, **call.kwargs)
    finally:
        _for_appsync.reset(outside)
    if isinstance(data, dict) and set(data) == {"errors"}:
        raise appsync._AppSyncResolverError(data["errors"][0], "Lambda:Unhandled")
    return data


appsync._resolve_lambda = _resolve_as_appsync
lambda_svc._execute_function_with_config_scope = _execute_for_appsync

if __name__ == "__main__":
    main()
