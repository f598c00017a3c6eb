"""What people pick instead: each has `fit(matrix)` and `ask(row, keep_known)`."""

import numpy as np
import scipy.sparse as sparse


class Implicit:
    """A model of the library implicit."""

    def __init__(self, make, **parameters):
        self.model = make(**parameters)

    def fit(self, matrix):
        self.matrix = matrix
        self.model.fit(matrix, show_progress=False)

    def ask(self, row, keep_known, k=20):
        found, _ = self.model.recommend(
            row, self.matrix[row], N=k, filter_already_liked_items=not keep_known
        )
        return found


class ItemWeights:
    """A history times a matrix of weights between items."""

    def ask(self, row, keep_known, k=20):
        history = self.matrix[row]
        scores = history @ self.weights
        scores = np.asarray(scores.todense() if sparse.issparse(scores) else scores).ravel()
        if not keep_known:
            scores[history.indices] = -np.inf
        best = np.argpartition(-scores, k)[:k]
        return best[np.argsort(-scores[best])]


class Ease(ItemWeights):
    """Steck 2019, "Embarrassingly shallow autoencoders", closed form."""

    def __init__(self, penalty):
        self.penalty = penalty

    def fit(self, matrix):
        self.matrix = matrix
        gram = np.asarray((matrix.T @ matrix).todense(), dtype=np.float32)
        gram[np.diag_indices_from(gram)] += self.penalty
        inverse = np.linalg.inv(gram)
        self.weights = inverse / -np.diag(inverse)
        self.weights[np.diag_indices_from(self.weights)] = 0


class Rp3Beta(ItemWeights):
    """Paudel et al. 2017: three steps of a random walk, popular items damped."""

    def __init__(self, alpha, beta, neighbours):
        self.alpha, self.beta, self.neighbours = alpha, beta, neighbours

    def fit(self, matrix):
        self.matrix = matrix
        users = np.asarray(matrix.sum(1)).ravel().clip(1)
        items = np.asarray(matrix.sum(0)).ravel().clip(1)
        to_users = sparse.diags(1 / items) @ matrix.T
        to_items = sparse.diags(1 / users) @ matrix
        weights = (to_users.power(self.alpha) @ to_items.power(self.alpha)).tocsr()
        weights = (weights @ sparse.diags(items**-self.beta)).tolil()
        weights.setdiag(0)
        self.weights = keep_best(weights.tocsr(), self.neighbours)


def keep_best(matrix, most):
    """The largest entries of each row."""
    for row in range(matrix.shape[0]):
        data = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        if len(data) > most:
            data[data < np.partition(data, -most)[-most]] = 0
    matrix.eliminate_zeros()
    return matrix


def choices(items):
    """Every peer by name, with the parameters to choose from, the usual ones first."""
    from implicit.als import AlternatingLeastSquares
    from implicit.bpr import BayesianPersonalizedRanking
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender

    def implicit(make, *parameters):
        return [lambda one=one: Implicit(make, **one) for one in parameters]

    near = [dict(K=k) for k in (50, 200, 20)]
    bm25 = [dict(K=k, K1=a, B=b) for k in (200, 50) for a in (1.2, 0.2) for b in (0.6, 0.2, 0.9)]
    factors = dict(num_threads=1, random_state=42)
    found = {
        "item-kNN cosine": implicit(CosineRecommender, *near),
        "item-kNN TF-IDF": implicit(TFIDFRecommender, *near),
        "item-kNN BM25": implicit(BM25Recommender, *bm25),
        "RP3beta": [
            lambda a=a, b=b: Rp3Beta(a, b, 200) for a in (0.8, 1.0) for b in (0.4, 0.2, 0.6)
        ],
        "ALS": implicit(
            AlternatingLeastSquares,
            *[
                dict(factors=128, alpha=a, regularization=r, iterations=15, **factors)
                for a, r in ((1, 0.1), (5, 1), (1, 1))
            ],
        ),
        "BPR": implicit(
            BayesianPersonalizedRanking,
            *[dict(factors=128, iterations=200, learning_rate=r, **factors) for r in (0.03, 0.01)],
        ),
    }
    if items <= 15_000:
        found["EASE^R"] = [lambda p=p: Ease(p) for p in (150, 50, 400)]
    return found
