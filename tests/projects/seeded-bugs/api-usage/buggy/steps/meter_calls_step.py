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
    usage = await ctx.state.get("usage", tenant_id) or {"total": 0}

    endpoint = input_data["endpoint"]
    usage[endpoint] = usage.get(endpoint, 0) + 1
    usage["total"] += 1
    await ctx.state.set("usage", tenant_id, usage)

    tenant = await ctx.state.get("tenants", tenant_id) or {"plan": "free"}
    limit = DAILY_CALLS[tenant["plan"]]
    if usage["total"] == limit:
        await ctx.emit({"topic": "usage.limit.reached", "data": {"tenantId": tenant_id, "limit": limit}})
