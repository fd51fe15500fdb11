def pipeline(task):
    def judge(text):
        return [{"label": "POSITIVE" if "love" in text else "NEGATIVE", "score": 0.75}]

    return judge
