config = {"type": "cron", "name": "Undeclared", "cron": "0 0 * * *", "emits": ["counted"]}


async def handler(context):
    await context.emit({"topic": "total.told", "data": {"total": 1}})
