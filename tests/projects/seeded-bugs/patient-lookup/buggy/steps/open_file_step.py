config = {
    "type": "event",
    "name": "OpenFile",
    "subscribes": ["patient.admitted"],
    "emits": ["file.opened", "file.unknown"],
    "flows": ["clinic"],
}


async def handler(input_data, ctx):
    patient = await ctx.state.get("patients", input_data["name"].casefold())
    topic = "file.opened" if patient else "file.unknown"
    await ctx.emit({"topic": topic, "data": {"name": input_data["name"]}})
