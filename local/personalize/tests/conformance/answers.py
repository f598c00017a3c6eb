"""Whether an answer is what the model says, member by member."""

import re


def problems(shape, value, path="answer"):
    kind, limits = shape.type_name, shape.metadata
    wanted = {
        "structure": dict, "map": dict, "list": list, "string": str, "boolean": bool,
        "integer": int, "long": int, "float": (int, float), "double": (int, float), "timestamp": (int, float),
    }[kind]
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{path}: {type(value).__name__} for a {kind}"
        return
    if kind == "structure":
        for member in shape.required_members:
            if member not in value:
                yield f"{path}.{member}: missing"
        for member, inner in value.items():
            if member not in shape.members:
                yield f"{path}.{member}: not in the model"
            else:
                yield from problems(shape.members[member], inner, f"{path}.{member}")
    elif kind == "list":
        for index, inner in enumerate(value):
            yield from problems(shape.member, inner, f"{path}[{index}]")
    elif kind == "map":
        for key, inner in value.items():
            yield from problems(shape.value, inner, f"{path}.{key}")
    elif kind == "string":
        if len(value) > limits.get("max", len(value)) or len(value) < limits.get("min", 0):
            yield f"{path}: has {len(value)} characters"
        if "enum" in limits and value not in limits["enum"]:
            yield f"{path}: {value} is not in the enumeration"
        pattern = limits.get("pattern", "")
        # The models say of some roles that they are ARNs of Personalize, which none is.
        role = path.endswith(".roleArn")
        if pattern and not role and "\\p{" not in pattern and not re.match(pattern, value):
            yield f"{path}: does not match {pattern}"
