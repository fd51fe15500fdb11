class metrics:
    class pairwise:
        @staticmethod
        def cosine_similarity(ones, others):
            return [[sum(a * b for a, b in zip(one, other)) for other in others] for one in ones]
