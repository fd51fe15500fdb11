class DataFrame:
    def __init__(self, items):
        self.items = items

    def mean(self):
        return sum(self.items) / len(self.items)
