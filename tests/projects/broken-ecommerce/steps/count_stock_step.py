config = {
    "type": "cron",
    "name": "CountStock",
    "cron": "0 5 * * *",
    "emits": ["stock:database-sync"],
    #          ^^^^^^^^^^^^^^^^^^^ unsubscribed-topic
    "flows": ["ecommerce"],
}


async def handler(ctx):
    await ctx.emit({"topic": "stock:database-sync", "data": {"counted": True}})
