config = {
    "type": "event",
    "name": "CountAgain",
    "subscribes": ["category.changed"],
    "emits": ["category.changed", "category.counted"],
    "flows": ["catalogue"],
}


async def handler(input_data, ctx):
    category = input_data["category"]
    await ctx.emit({"topic": "category.counted", "data": {"category": category}})
    parent = await ctx.state.get("parents", category)
    if parent:
        await ctx.emit({"topic": "category.changed", "data": {"category": parent}})
