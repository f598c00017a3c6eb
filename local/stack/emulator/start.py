"""Starts ministack with one correction, said in docs/local.md.

AppSync turns a failed direct Lambda resolver into a GraphQL error with the function's message.
ministack returns `{"errors": [message]}` as if it were the field's data, and the caller reads
"Cannot return null for non-nullable field" instead. Here the message comes through as on AWS.
"""

from ministack.app import main
from ministack.services import appsync

_resolve = appsync._resolve_lambda


def _resolve_or_fail(*args, **kwargs):
    data = _resolve(*args, **kwargs)
    if isinstance(data, dict) and set(data) == {"errors"}:
        raise appsync._AppSyncResolverError(data["errors"][0], "Lambda:Unhandled")
    return data


appsync._resolve_lambda = _resolve_or_fail

if __name__ == "__main__":
    main()
