def pipeline(task):
    return lambda text: [{"label": f"{task} of {text}", "score": 1}]
