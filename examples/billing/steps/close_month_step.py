"""On the first of a month, asks for the invoices of the month before."""

from datetime import datetime, timedelta

config = {
    "type": "cron",
    "name": "CloseMonth",
    "description": "Asks for the invoices of the month that has ended",
    "cron": "0 0 1 * *",
    "emits": ["invoice.requested"],
    "flows": ["billing"],
}


async def handler(context):
    month = (datetime.now() - timedelta(days=1)).strftime("%Y-%m")
    for tenant in await context["state"].get_group("tenants"):
        meter = await context["state"].get("usage", f"{tenant['id']}:{month}")
        if meter:
            await context["emit"]({
                "topic": "invoice.requested",
                "data": {"tenantId": tenant["id"], "month": month, "calls": meter["total"]},
            })
