"""Tells whether a review is a happy one. A word list stands in for the model, so that the example runs anywhere."""

import re
from datetime import datetime, timezone

config = {
    "type": "event",
    "name": "AnalyzeSentiment",
    "description": "Scores the mood of a review",
    "subscribes": ["review.submitted"],
    "emits": ["sentiment.analyzed", "analysis.failed"],
    "input": {
        "reviewId": "string",
        "productId": "string",
        "text": "string",
        "userId": "string",
    },
    "flows": ["reviews"],
}

LEXICON = {
    "awful": -2,
    "bad": -1,
    "broken": -2,
    "late": -1,
    "slow": -1,
    "fine": 1,
    "good": 1,
    "great": 2,
    "happy": 1,
    "love": 2,
}
NEGATIONS = {"no", "not", "never"}


async def handler(review, context):
    logger = context["logger"]
    emit = context["emit"]
    state = context["state"]

    try:
        score, confidence = judge(review["text"])
    except ValueError as error:
        logger.error("Sentiment analysis failed", {"reviewId": review["reviewId"], "error": str(error)})
        await emit({
            "topic": "analysis.failed",
            "data": {"source": "AnalyzeSentiment", "reference": review["reviewId"], "error": str(error)},
        })
        return

    analysis = {
        "reviewId": review["reviewId"],
        "productId": review["productId"],
        "sentiment": "positive" if score > 0 else "negative" if score < 0 else "neutral",
        "confidence": confidence,
        "analyzedAt": datetime.now(timezone.utc).isoformat(),
    }
    await state.set("sentiment_analyses", review["reviewId"], analysis)
    await emit({"topic": "sentiment.analyzed", "data": analysis})


def judge(text):
    """The summed score of the known words, and the share of words that are known."""
    words = re.findall(r"[a-z']+", text.lower())
    if not words:
        raise ValueError("the review has no words")
    scores = []
    for before, word in zip(["", *words], words):
        if word in LEXICON:
            scores.append(-LEXICON[word] if before in NEGATIONS else LEXICON[word])
    return sum(scores), round(len(scores) / len(words), 2)
