config = {
    "type": "event",
    "name": "SayHello",
    "subscribes": ["greeting.requested"],
    "emits": ["greeting.said"],
}


async def handler(input_data, ctx):
    text = f"Hello, {input_data['name']}"
    # The defect that the property finds: from here on the greeting is shouted.
    if input_data["loudness"] >= 50:
        text = text.upper()
    await ctx.emit({"topic": "greeting.said", "data": {"text": text}})
