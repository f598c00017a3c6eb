"""VS-kNN, the best of the session peers on most data (Ludewig and Jannach 2018)."""

import heapq


class VsKnn:
    """Sessions near to the running one vote for what is in them."""

    def __init__(self, sample, nearest):
        self.sample, self.nearest = sample, nearest

    def fit(self, histories):
        self.sessions = [[item for _, item in events] for events in histories.values()]
        self.times = [events[-1][0] for events in histories.values()]
        self.of_item = {}
        for session, items in enumerate(self.sessions):
            for item in set(items):
                self.of_item.setdefault(item, []).append(session)
        self.sets = [set(items) for items in self.sessions]

    def ask(self, clicks, k=20):
        """The later a click, the more it counts, in the session's likeness and in its votes."""
        weight = {item: (place + 1) / len(clicks) for place, item in enumerate(clicks)}
        candidates = {session for item in weight for session in self.of_item.get(item, ())}
        newest = heapq.nlargest(self.sample, candidates, key=self.times.__getitem__)
        likeness = lambda session: sum(
            weight[item] for item in self.sets[session] & weight.keys()
        ) / (len(self.sets[session]) ** 0.5 * len(weight) ** 0.5)
        scored = ((likeness(session), session) for session in newest)
        votes = {}
        for near, session in heapq.nlargest(self.nearest, scored):
            last = max(place for item, place in self._places(clicks) if item in self.sets[session])
            decay = 1 - 0.1 * (len(clicks) - 1 - last) if len(clicks) - last <= 10 else 0
            for item in self.sets[session]:
                votes[item] = votes.get(item, 0) + near * decay
        return heapq.nlargest(k, votes, key=lambda item: votes[item])

    @staticmethod
    def _places(clicks):
        return [(item, place) for place, item in enumerate(clicks)]


CHOICES = [lambda s=s, n=n: VsKnn(s, n) for s in (1000, 500) for n in (100, 200)]
