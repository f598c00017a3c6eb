"""Personalize's CSV as matrices and sessions."""

import csv
import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse


def read(path):
    """Histories by user, oldest first, in the order of the file where times are equal."""
    users = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            event = (int(row["TIMESTAMP"]), row["ITEM_ID"])
            users.setdefault(row["USER_ID"], []).append(event)
    for events in users.values():
        events.sort(key=lambda event: event[0])
    return users


@dataclass
class Shop:
    """What a peer learns from: users by rows, items by columns, 1 where they met."""

    users: dict
    items: dict
    matrix: sparse.csr_matrix

    @classmethod
    def of(cls, histories):
        users = {user: row for row, user in enumerate(histories)}
        items = {}
        rows, columns = [], []
        for user, events in histories.items():
            for _, item in events:
                rows.append(users[user])
                columns.append(items.setdefault(item, len(items)))
        ones = np.ones(len(rows), np.float32)
        matrix = sparse.csr_matrix((ones, (rows, columns)), (len(users), len(items)))
        matrix.data[:] = 1
        return cls(users, items, matrix)


def hold_out_last(histories):
    """The last event of each user with three, for choosing parameters."""
    train, test = {}, {}
    for user, events in histories.items():
        train[user] = events
        if len(events) > 2:
            train[user], test[user] = events[:-1], events[-1:]
    return train, test


def hold_out_newest(histories):
    """The newest tenth of the sessions, for choosing parameters."""
    order = sorted(histories, key=lambda user: histories[user][-1][0])
    cut = len(order) * 9 // 10
    part = lambda names: {name: histories[name] for name in names}
    return part(order[:cut]), part(order[cut:])


def comes_back(train, test):
    """Whether a user of the test meets an item they know."""
    known = lambda user: {item for _, item in train.get(user, [])}
    return any(known(user) & {item for _, item in events} for user, events in test.items())


def ndcg(answer, right, k=10):
    """Of one answer, with each right item counting the same."""
    gain = sum(1 / math.log2(place + 2) for place, item in enumerate(answer[:k]) if item in right)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(k, len(right))))
