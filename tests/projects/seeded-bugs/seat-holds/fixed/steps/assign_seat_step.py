config = {
    "type": "event",
    "name": "AssignSeat",
    "subscribes": ["seat.requested"],
    "emits": ["seat.held", "seat.refused"],
    "input": {
        "type": "object",
        "properties": {
            "showId": {"type": "string"},
            "seat": {"type": "string"},
            "guest": {"type": "string"},
        },
        "required": ["showId", "seat", "guest"],
    },
    "infrastructure": {"queue": {"type": "fifo"}},
    "flows": ["box-office"],
}


async def handler(input_data, ctx):
    group, seat, guest = f"seats-{input_data['showId']}", input_data["seat"], input_data["guest"]
    holders = [hold["guest"] for hold in await ctx.state.get_group(group) if hold["seat"] == seat]
    if holders and guest not in holders:
        await ctx.emit({"topic": "seat.refused", "data": {"seat": seat, "guest": guest}})
        return
    await ctx.state.set(group, f"{seat}-{guest}", {"seat": seat, "guest": guest})
    await ctx.emit({"topic": "seat.held", "data": {"seat": seat, "guest": guest}})
