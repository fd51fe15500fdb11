FIRST_DELIVERY = 10

config = {
    "type": "event",
    "name": "ReserveStock",
    "subscribes": ["order.placed"],
    "emits": ["stock.reserved", "stock.missing"],
    "flows": ["shop"],
}


async def handler(input_data, ctx):
    sku, quantity = input_data["sku"], input_data["quantity"]
    left = await ctx.state.get("stock", sku)
    if left is None:
        left = FIRST_DELIVERY
    if quantity > left:
        await ctx.emit({"topic": "stock.missing", "data": {"sku": sku, "quantity": quantity}})
        return
    await ctx.state.set("stock", sku, left - quantity)
    await ctx.emit({"topic": "stock.reserved", "data": {"sku": sku, "quantity": quantity}})
