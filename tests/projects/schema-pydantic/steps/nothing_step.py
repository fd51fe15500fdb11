config = {"type": "event", "name": "Nothing", "subscribes": ["nothing.sent"], "emits": [], "input": None}


async def handler(input_data, context):
    pass
