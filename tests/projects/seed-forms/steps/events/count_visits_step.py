# `ctx` with attributes, an aliased declaration that is never sent, a time to live.
from datetime import datetime

config = {
    "type": "event",
    "name": "CountVisits",
    "subscribes": ["seat.reserved"],
    "emits": ["visits.many", "visits.report"]
}

async def handler(input_data, ctx):
    visit = input_data["visit"]
    key = f"visits:{visit}:{datetime.now().strftime('%Y-%m-%d')}"
    counted = await ctx.state.get("visits", key) or {}
    counted["total"] = counted.get("total", 0) + 1
    await ctx.state.set("visits", key, counted, 86400)
    if counted["total"] > limit_of(visit):
        await ctx.emit({
            "topic": "visits.many",
            "data": {"visit": visit, "total": counted["total"]}
        })


def limit_of(visit):
    return 3 if visit else 0
