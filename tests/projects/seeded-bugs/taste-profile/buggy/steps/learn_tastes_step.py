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

    tastes = await context.state.get("tastes", "all-users") or {}
    mine = tastes.setdefault(user_id, {})
    mine[product_id] = mine.get(product_id, 0) + input_data["weight"]
    await context.state.set("tastes", "all-users", tastes)

    if len(mine) >= ENOUGH:
        favourites = sorted(mine, key=lambda name: (-mine[name], name))
        await context.emit({"topic": "tastes.known", "data": {"userId": user_id, "favourites": favourites[:3]}})
