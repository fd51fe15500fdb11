config = {
    "type": "event",
    "name": "SumUp",
    "subscribes": ["survey.closed"],
    "emits": ["survey.summed-up"],
    "input": {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "scores": {"type": "array", "items": {"type": "integer"}},
        },
        "required": ["title", "scores"],
    },
    "flows": ["surveys"],
}


async def handler(input_data, ctx):
    scores = input_data["scores"]
    mean = round(sum(scores) / len(scores), 1) if scores else 0
    await ctx.emit({"topic": "survey.summed-up", "data": {"title": input_data["title"], "mean": mean}})
