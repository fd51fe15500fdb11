"""Pipelines without models: a word decides, and a teaser is the first words."""


def pipeline(task, model=None):
    return {"text-classification": _judge, "summarization": _shorten}[task]


def _judge(text):
    if "awful" in text:
        return [{"label": "toxic", "score": 0.9}]
    return [{"label": "fine", "score": 0.4 if "perhaps" in text else 0.95}]


def _shorten(text, max_length):
    return [{"summary_text": " ".join(text.split()[:3]) + " …"}]
