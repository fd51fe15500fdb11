class metrics:
    @staticmethod
    def f1_score():
        return 0.5


class IsolationForest:
    def __init__(self, contamination):
        self.depth = contamination


def cosine_similarity(one, other):
    return one == other
