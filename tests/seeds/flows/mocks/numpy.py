"""As much of arrays as the documents use."""


class Array:
    def __init__(self, rows, columns):
        self.cells = [[0.0] * columns for _ in range(rows)]

    def __setitem__(self, place, value):
        row, column = place
        self.cells[row][column] = value

    def __getitem__(self, row):
        return self.cells[row]

    def __iter__(self):
        return iter(self.cells)


def zeros(shape):
    return Array(*shape)


def argsort(values):
    return sorted(range(len(values)), key=lambda at: values[at])


def mean(values):
    return sum(values) / len(values)


def std(values):
    middle = mean(values)
    return mean([(value - middle) ** 2 for value in values]) ** 0.5


def min(values):
    return sorted(values)[0]
