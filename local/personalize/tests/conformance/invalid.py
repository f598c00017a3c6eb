"""Requests that a model forbids, made from one that it allows."""

import copy

LONG = 60_000
UNKNOWN = "unknown"


def violations(shape, request, finds):
    """Pairs of a description and a request with one thing wrong; with ARNs of nothing if `finds`."""
    for path, what, value in walk(shape, request, ()):
        if what == UNKNOWN and not finds:
            continue
        wrong = copy.deepcopy(request)
        place = wrong
        for step in path[:-1]:
            place = place[step]
        if value is REMOVED:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        yield f"{'.'.join(map(str, path))}: {what}", wrong


REMOVED = object()


def walk(shape, value, path):
    if path:
        yield from wrong_values(shape, value, path)
    if shape.type_name == "structure":
        for member, inner in shape.members.items():
            if member in value:
                if member in shape.required_members:
                    yield path + (member,), "missing", REMOVED
                yield from walk(inner, value[member], path + (member,))
    elif shape.type_name == "list" and value:
        yield from walk(shape.member, value[0], path + (0,))
    elif shape.type_name == "map":
        for key, inner in value.items():
            yield from walk(shape.value, inner, path + (key,))


def wrong_values(shape, value, path):
    limits, kind = shape.metadata, shape.type_name
    if kind == "string":
        yield path, "a number for a string", 7
        if limits.get("max", LONG) < LONG:
            yield path, "too long", value + "x" * (limits["max"] + 1 - len(value))
        if limits.get("min", 0) > 0:
            yield path, "empty", ""
        if "enum" in limits:
            yield path, "not in the enumeration", "NO_SUCH_VALUE"
        if "pattern" in limits and not limits["pattern"].startswith("\\p{ASCII}"):
            yield path, "against the pattern", "\u0001?"
        if shape.name == "Arn":
            head = value.rpartition("/")[0]
            yield path, UNKNOWN, f"{head}/unknown-name"
    elif kind in ("integer", "long"):
        yield path, "a string for a number", "seven"
        if "min" in limits:
            yield path, "too low", limits["min"] - 1
        if "max" in limits:
            yield path, "too high", limits["max"] + 1
    elif kind in ("float", "double", "timestamp"):
        yield path, "a string for a number", "seven"
    elif kind == "boolean":
        yield path, "a string for a flag", "perhaps"
    elif kind in ("list", "map", "structure"):
        yield path, f"a string for a {kind}", "seven"
        if kind == "list" and value and "max" in limits:
            yield path, "too many", value * (limits["max"] + 1)
        if kind == "list" and limits.get("min", 0) > 0:
            yield path, "none", []
        if kind == "map" and "max" in limits:
            inner = next(iter(value.values()))
            yield path, "too many", {f"A{n}": inner for n in range(limits["max"] + 1)}
