config = {
    "type": "event",
    "name": "CallRoom",
    "subscribes": ["alarm.rang"],
    "emits": [],
    "flows": ["alarms"],
}


async def handler(input_data, ctx):
    ctx.logger.info(f"Good morning, {input_data['room']}")
