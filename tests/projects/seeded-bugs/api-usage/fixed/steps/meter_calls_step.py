DAILY_CALLS = {"free": 100, "team": 10_000}

config = {
    "type": "event",
    "name": "MeterCalls",
    "subscribes": ["api.call.done"],
    "emits": ["usage.limit.reached"],
    "flows": ["metering"],
}


async def handler(input_data, ctx):
    tenant_id = input_data["tenantId"]
    counted = await ctx.state.update(
        "usage",
        tenant_id,
        [{"type": "increment", "path": input_data["endpoint"]}, {"type": "increment", "path": "total"}],
    )
    usage = counted["new_value"]

    tenant = await ctx.state.get("tenants", tenant_id) or {"plan": "free"}
    limit = DAILY_CALLS[tenant["plan"]]
    if usage["total"] == limit:
        await ctx.emit({"topic": "usage.limit.reached", "data": {"tenantId": tenant_id, "limit": limit}})
