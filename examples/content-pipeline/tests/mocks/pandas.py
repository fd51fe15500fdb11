"""A frame of records, as far as the counting needs it."""


class DataFrame:
    def __init__(self, records):
        self.records = records

    def __getitem__(self, name):
        return Column([record[name] for record in self.records])

    def sort_values(self, name, ascending):
        return DataFrame(sorted(self.records, key=lambda record: record[name], reverse=not ascending))

    def head(self, count):
        return DataFrame(self.records[:count])

    def to_dict(self, orient):
        assert orient == "records"
        return self.records


class Column:
    def __init__(self, values):
        self.values = values

    def sum(self):
        return sum(self.values)
