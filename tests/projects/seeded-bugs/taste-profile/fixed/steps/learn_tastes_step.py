ENOUGH = 3

config = {
    "type": "event",
    "name": "LearnTastes",
    "subscribes": ["product.viewed", "product.bought"],
    "emits": ["tastes.known"],
    "flows": ["tastes"],
}


async def handler(input_data, context):
    user_id, product_id = input_data["userId"], input_data["productId"]

    learned = await context.state.update(
        "tastes",
        "all-users",
        [{"type": "increment", "path": f"{user_id}.{product_id}", "by": input_data["weight"]}],
    )
    mine = learned["new_value"][user_id]

    if len(mine) >= ENOUGH:
        favourites = sorted(mine, key=lambda name: (-mine[name], name))
        await context.emit({"topic": "tastes.known", "data": {"userId": user_id, "favourites": favourites[:3]}})
