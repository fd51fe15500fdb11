config = {
    "type": "event",
    "name": "ShipCards",
    "subscribes": ["cards.printed", "cards.refused"],
    "emits": [],
    "flows": ["gift-cards"],
}


async def handler(input_data, ctx):
    ctx.logger.info("The order is decided", {"quantity": input_data["quantity"]})
