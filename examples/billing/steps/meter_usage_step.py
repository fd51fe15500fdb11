"""Adds up what a tenant has used in a month, and tells once when it is more than the plan includes."""

from datetime import datetime

config = {
    "type": "event",
    "name": "MeterUsage",
    "description": "Adds up the use of a month",
    "subscribes": ["usage.recorded"],
    "emits": ["usage.exceeded"],
    "input": {"tenantId": "string", "endpoint": "string", "calls": "number"},
    "flows": ["billing"],
}


async def handler(input_data, context):
    state = context["state"]
    tenant_id = input_data["tenantId"]
    tenant = await state.get("tenants", tenant_id)
    if not tenant:
        context["logger"].warn("Use of a tenant who is gone", {"tenantId": tenant_id})
        return
    month = datetime.now().strftime("%Y-%m")
    meter = await state.get("usage", f"{tenant_id}:{month}") or {"tenantId": tenant_id, "total": 0, "byEndpoint": {}}
    before = meter["total"]
    meter["total"] = before + input_data["calls"]
    endpoint = input_data["endpoint"]
    meter["byEndpoint"][endpoint] = meter["byEndpoint"].get(endpoint, 0) + input_data["calls"]
    await state.set("usage", f"{tenant_id}:{month}", meter)

    if before <= tenant["included"] < meter["total"]:
        await context["emit"]({
            "topic": "usage.exceeded",
            "data": {"tenantId": tenant_id, "total": meter["total"], "included": tenant["included"]},
        })
