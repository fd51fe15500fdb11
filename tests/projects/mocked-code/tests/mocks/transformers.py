def pipeline(task):
    return lambda text: [{"label": f"{task}: {text}", "score": 0.9}]
