from typing import List, Optional

from pydantic import BaseModel, Field

from .topics import ReviewTopic


class Review(BaseModel):
    review_id: str
    stars: int = Field(..., ge=1, le=5)
    text: Optional[str] = None
    tags: List[str] = []


config = {
    "type": "event",
    "name": "ScoreReview",
    "subscribes": ["review.written", ReviewTopic.EDITED],
    "emits": ["review.scored", {"topic": "review.flagged", "label": "bad words", "conditional": True}],
    "input": Review.model_json_schema(),
    "flows": ["reviews"],
}


async def handler(input_data, context):
    emit = getattr(context, "emit", None)
    score = {"reviewId": input_data["review_id"], "score": float(input_data.get("stars")), "at": now().isoformat()}
    score["label"] = "good" if score["score"] > 3 else "bad"

    await context.state.set("scores", f"review:{score['reviewId']}", score)
    await emit({"topic": "review.scored", "data": score})

    for topic in ("review.flagged", "review.hidden"):
        if input_data["text"]:
            await flag(context, topic, {**score, "reason": "words"})


async def flag(ctx, topic, payload):
    ctx.logger.info("flagging")
    ctx.emit({"topic": topic, "data": payload})
