DataFrame = list
