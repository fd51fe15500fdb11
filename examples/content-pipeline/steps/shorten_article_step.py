"""Writes the teaser of an article."""

from transformers import pipeline

config = {
    "type": "event",
    "name": "ShortenArticle",
    "description": "Writes the teaser of an article",
    "subscribes": ["article.accepted"],
    "emits": ["article.shortened"],
    "input": {"slug": "string"},
    "flows": ["content"],
}


async def handler(input_data, context):
    article = await context["state"].get("articles", input_data["slug"])
    if not article:
        context["logger"].warn("No article to shorten", {"slug": input_data["slug"]})
        return
    # The model is large: it is loaded only for articles that get so far.
    shorten = pipeline("summarization")
    teaser = shorten(article["text"], max_length=20)[0]["summary_text"]
    await context["emit"]({
        "topic": "article.shortened",
        "data": {"slug": article["slug"], "title": article["title"], "author": article["author"], "teaser": teaser},
    })
