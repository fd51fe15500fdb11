"""Sums up the orders of the shop every Monday at midnight."""

from collections import Counter
from datetime import datetime, timedelta, timezone

config = {
    "type": "cron",
    "name": "GenerateAnalytics",
    "description": "Sums up the orders of the shop once a week",
    "cron": "0 0 * * 1",
    "emits": ["analytics.generated"],
    "flows": ["reporting"],
}


async def handler(context):
    logger = context["logger"]
    emit = context["emit"]
    state = context["state"]

    orders = list(await state.get_group("orders"))
    if not orders:
        logger.info("There are no orders to sum up")
        return

    now = datetime.now(timezone.utc)
    week_ago = now - timedelta(days=7)
    recent = [order for order in orders if moment(order["createdAt"]) >= week_ago]
    sold = Counter()
    for order in orders:
        sold[order["productId"]] += order["quantity"]

    analytics = {
        "totalOrders": len(orders),
        "weeklyOrders": len(recent),
        "averageOrderValue": round(sum(order["amount"] for order in orders) / len(orders), 2),
        "topProducts": dict(sorted(sold.items(), key=lambda item: (-item[1], item[0]))[:5]),
        "generatedAt": now.isoformat(),
    }
    await state.set("analytics", "weekly", analytics)
    await emit({"topic": "analytics.generated", "data": analytics})
    logger.info("Analytics generated", {"totalOrders": analytics["totalOrders"]})


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
