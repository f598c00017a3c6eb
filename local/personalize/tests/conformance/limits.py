"""Writes src/limits/limits.json: what the service models of botocore say about requests.

    python limits.py > ../../src/limits/limits.json

Run it again when requirements.txt names another botocore.
"""

import json

import botocore.loaders

APIS = ["personalize", "personalize-runtime", "personalize-events"]
KEPT = ["min", "max", "pattern", "enum", "required"]
# Classes of characters that the server's small regex engine does not have.
CLASSES = {
    "\\p{ASCII}": "[\\x00-\\x7F]",
    "\\p{L}\\p{Z}\\p{N}": "A-Za-z0-9 \\x{80}-\\x{10FFFF}",
}


def reachable(shapes, name, found):
    """Adds a shape and all that it is made of."""
    if name in found:
        return
    shape = shapes[name]
    kept = {key: shape[key] for key in KEPT if shape.get(key)}
    kept["type"] = shape["type"]
    for theirs, ours in CLASSES.items():
        if "pattern" in kept:
            kept["pattern"] = kept["pattern"].replace(theirs, ours)
    found[name] = kept
    if "members" in shape:
        kept["members"] = {key: value["shape"] for key, value in shape["members"].items()}
    for part in ["member", "key", "value"]:
        if part in shape:
            kept[part] = shape[part]["shape"]
    for part in list(kept.get("members", {}).values()) + [
        kept[part] for part in ["member", "key", "value"] if part in kept
    ]:
        reachable(shapes, part, found)


def limits(api):
    model = botocore.loaders.Loader().load_service_model(api, "service-2")
    operations, found = {}, {}
    for name, operation in model["operations"].items():
        shape = operation["input"]["shape"]
        reachable(model["shapes"], shape, found)
        errors = [error["shape"] for error in operation.get("errors", [])]
        operations[name] = {"input": shape, "invalidInput": "InvalidInputException" in errors}
    return {"operations": operations, "shapes": found}


# One shape a line: a change of the models is a readable difference.
apis = []
for api in APIS:
    read = limits(api)
    parts = []
    for part in ["operations", "shapes"]:
        lines = [f"  {json.dumps(key)}: {json.dumps(read[part][key])}" for key in sorted(read[part])]
        parts.append(f" {json.dumps(part)}: {{\n" + ",\n".join(lines) + "\n }")
    apis.append("{\n" + ",\n".join(parts) + "\n}")
print("[" + ",\n".join(apis) + "]")
