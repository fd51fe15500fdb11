config = {
    "type": "event",
    "name": "SumUpSpace",
    "subscribes": ["file.stored"],
    "emits": [],
    "flows": ["files"],
}


async def handler(input_data, ctx):
    user_id = input_data["userId"]
    files = await ctx.state.get_pattern("files", f"user{user_id}-*")
    await ctx.state.set("space", user_id, {"bytes": sum(file["bytes"] for file in files)})
