"""Lets a model decide whether an article may be published."""

from transformers import pipeline

config = {
    "type": "event",
    "name": "JudgeArticle",
    "description": "Asks a model whether an article may be published",
    "subscribes": ["article.submitted"],
    "emits": ["article.accepted", "article.rejected"],
    "input": {"slug": "string", "text": "string"},
    "flows": ["content"],
}

judge = pipeline("text-classification", model="toxicity")


async def handler(input_data, context):
    verdict = judge(input_data["text"])[0]
    slug = input_data["slug"]
    if verdict["label"] == "toxic" and verdict["score"] >= 0.8:
        await context["emit"]({"topic": "article.rejected", "data": {"slug": slug, "reason": "toxic"}})
        return
    if verdict["score"] < 0.5:
        context["logger"].warn("The model is not sure", {"slug": slug, "score": verdict["score"]})
    await context["emit"]({"topic": "article.accepted", "data": {"slug": slug}})
