config = {
    "type": "event",
    "name": "AddPoints",
    "subscribes": ["purchase.made"],
    "emits": ["points.added"],
    "flows": ["loyalty"],
}


async def handler(input_data, ctx):
    member = input_data["member"]
    added = await ctx.state.update("points", member, [{"type": "increment", "path": "sum", "by": input_data["euros"]}])
    await ctx.emit({"topic": "points.added", "data": {"member": member, "sum": added["new_value"]["sum"]}})
