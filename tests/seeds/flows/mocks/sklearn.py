"""A similarity, and a forest that finds everything odd."""


def cosine_similarity(ones, others):
    def length(row):
        return sum(value * value for value in row) ** 0.5

    def similar(one, other):
        return sum(a * b for a, b in zip(one, other)) / ((length(one) * length(other)) or 1)

    return [[similar(one, other) for other in others] for one in ones]


class IsolationForest:
    def __init__(self, contamination, random_state):
        self.contamination = contamination

    def decision_function(self, rows):
        return [-0.7 for _ in rows]

    def predict(self, rows):
        return [-1 for _ in rows]
