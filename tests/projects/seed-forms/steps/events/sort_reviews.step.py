# A dict of a context, the shorthand, another naming of the file.
import asyncio

config = {
    "type": "event",
    "name": "SortReviews",
    "subscribes": ["book.shelved"],
    "emits": ["reviews.sorted", "reviews.unsorted"],
    "input": {
        "bookId": "string",
        "shelf": "string"
    }
}

KNOWN = {"good": 1, "bad": -1}


async def handler(review_data, context):
    logger = context["logger"]
    emit = context["emit"]
    state = context["state"]

    try:
        logger.info(f"sorting for {review_data['bookId']}")
        await asyncio.sleep(0)
        weights = [KNOWN.get(word, 0) for word in review_data["shelf"].split()]
        sorted_reviews = {
            "bookId": review_data["bookId"],
            "weight": sum(weights),
            "sortedAt": str(len(weights))
        }
        await state.set("sorted_reviews", review_data["bookId"], sorted_reviews)
        await emit({
            "topic": "reviews.sorted",
            "data": sorted_reviews
        })
    except Exception as error:
        logger.error(f"not sorted: {str(error)}")
        await emit({
            "topic": "reviews.unsorted",
            "data": {"bookId": review_data["bookId"], "error": str(error)}
        })
