"""Learns from every paid order what goes together, and recommends from it."""

config = {
    "type": "event",
    "name": "RecommendProducts",
    "description": "Recommends what customers with the same taste have bought",
    "subscribes": ["payment.processed"],
    "emits": ["recommendations.updated"],
    "input": {
        "type": "object",
        "properties": {
            "orderId": {"type": "string"},
            "customerId": {"type": "string"},
            "productId": {"type": "string"},
            "amount": {"type": "number"},
            "currency": {"type": "string"},
        },
        "required": ["orderId", "customerId", "productId", "amount", "currency"],
    },
    "flows": ["ecommerce"],
}

MAX_RECOMMENDATIONS = 3


async def handler(input_data, ctx):
    customer_id = input_data["customerId"]

    purchases = await ctx.state.get("purchases", customer_id) or {"customerId": customer_id, "products": []}
    if input_data["productId"] not in purchases["products"]:
        purchases["products"].append(input_data["productId"])
        await ctx.state.set("purchases", customer_id, purchases)

    everyone = await ctx.state.get_group("purchases")
    products = recommend(purchases, everyone)
    await ctx.state.set("recommendations", customer_id, {"products": products})
    ctx.logger.info("Recommendations updated", {"customerId": customer_id, "products": products})

    await ctx.emit({
        "topic": "recommendations.updated",
        "data": {
            "orderId": input_data["orderId"],
            "customerId": customer_id,
            "amount": input_data["amount"],
            "currency": input_data["currency"],
            "products": products,
        },
    })


def recommend(purchases, everyone):
    """Products of customers who share a purchase, the most often bought first, ties by name."""
    mine = set(purchases["products"])
    votes = {}
    for other in everyone:
        shared = len(mine.intersection(other["products"]))
        if other["customerId"] == purchases["customerId"] or shared == 0:
            continue
        for product in other["products"]:
            if product not in mine:
                votes[product] = votes.get(product, 0) + shared
    return sorted(votes, key=lambda product: (-votes[product], product))[:MAX_RECOMMENDATIONS]
