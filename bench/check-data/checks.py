"""The checks of check-data on a Personalize interactions file, as one writes them with pandas.

    python bench/check-data/checks.py INTERACTIONS.csv ITEMS.csv

Prints what it found and how long it took, as JSON. The clock runs from opening the interactions to
the verdict, and on until the good rows are written as a file of their own; starting Python, importing pandas and reading the items do not count.
"""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd

COLUMNS = ["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE"]
REASONS = ["missing-value", "id-too-long", "not-a-number", "time-before-1970", "time-in-milliseconds", "time-in-future"]


def broken(rows, now):
    """For each row the index of the first rule it breaks in REASONS, or -1, going column by column."""
    user, item, event = rows["USER_ID"], rows["ITEM_ID"], rows["EVENT_TYPE"]
    seconds = pd.to_numeric(rows["TIMESTAMP"], errors="coerce")
    value = pd.to_numeric(rows["EVENT_VALUE"], errors="coerce")
    rules = [
        (user == "", 0), (user.str.len() > 256, 1),
        (item == "", 0), (item.str.len() > 256, 1),
        (rows["TIMESTAMP"] == "", 0), (seconds.isna() | (seconds % 1 != 0), 2), (seconds < 0, 3),
        (seconds >= 100_000_000_000, 4), (seconds > now + 86_400, 5),
        (event == "", 0), (event.str.len() > 256, 1),
        ((rows["EVENT_VALUE"] != "") & ~np.isfinite(value), 2),
    ]
    return np.select([rule for rule, _ in rules], [reason for _, reason in rules], default=-1), seconds


def check(path, known, now):
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, usecols=COLUMNS)
    reason, seconds = broken(rows, now)
    rejected = {REASONS[index]: int(count) for index, count in zip(*np.unique(reason[reason >= 0], return_counts=True))}
    good = rows[reason == -1]
    duplicate = good.duplicated(["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"])
    rejected["duplicate"] = int(duplicate.sum())
    good = good[~duplicate]
    seconds = seconds[good.index].astype("int64")
    by_user, by_item = good["USER_ID"].value_counts(), good["ITEM_ID"].value_counts()
    return good, {
        "read": len(rows),
        "rows": len(good),
        "rejected": {reason: count for reason, count in rejected.items() if count},
        "users": len(by_user),
        "repeatedUsers": int((by_user >= 2).sum()),
        "rowsPerUser": np.histogram(by_user, [1, 2, 3, 5, 10, 20, 50, 100, np.inf])[0].tolist(),
        "items": len(by_item),
        "repeatedItems": int((by_item >= 2).sum()),
        "unknownItems": int((~good["ITEM_ID"].isin(known)).sum()),
        "eventMix": good["EVENT_TYPE"].value_counts().to_dict(),
        "span": [int(seconds.min()), int(seconds.max())],
        "days": len((seconds // 86_400).value_counts()),
    }


def main():
    interactions, items = sys.argv[1:]
    known = pd.read_csv(items, dtype=str, keep_default_na=False)["ITEM_ID"]
    started = time.perf_counter()
    good, found = check(interactions, known, time.time())
    found["seconds"] = time.perf_counter() - started
    good.to_csv(interactions + ".good", index=False)
    found["allSeconds"] = time.perf_counter() - started
    found["peakKib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(found))


main()
