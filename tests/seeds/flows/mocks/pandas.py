"""As much of data frames as the documents use: one of orders."""

from datetime import datetime


def to_datetime(column):
    return Column([datetime.fromisoformat(value) for value in column.values])


class DataFrame:
    def __init__(self, rows):
        self.rows = [dict(row) for row in rows]

    def __len__(self):
        return len(self.rows)

    def __contains__(self, name):
        return any(name in row for row in self.rows)

    def __getitem__(self, what):
        if isinstance(what, list):
            return DataFrame([row for row, wanted in zip(self.rows, what) if wanted])
        return Column([row[what] for row in self.rows])

    def __setitem__(self, name, column):
        for row, value in zip(self.rows, column.values):
            row[name] = value


class Column:
    def __init__(self, values):
        self.values = list(values)

    def __ge__(self, least):
        return [value >= least for value in self.values]

    def mean(self):
        return sum(self.values) / len(self.values)

    def value_counts(self):
        return Counts({value: self.values.count(value) for value in self.values})


class Counts:
    def __init__(self, counts):
        self.counts = sorted(counts.items(), key=lambda item: -item[1])

    def head(self, number):
        return Counts(dict(self.counts[:number]))

    def to_dict(self):
        return dict(self.counts)
