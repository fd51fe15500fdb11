config = {"type": "cron", "name": "Loses", "cron": "0 0 * * *", "emits": ["rate.wanted", "nobody.hears", "picture.hears", "test.hears"]}


async def handler(context):
    await context.emit({"topic": "picture.hears", "data": {}})
    await context.emit({"topic": "test.hears", "data": {}})
    await context.emit({"topic": "nobody.hears", "data": {}})
    await context.emit({"topic": "rate.wanted", "data": {}})
