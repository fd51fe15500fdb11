config = {"type": "event", "name": "BrokenPython", "subscribes": ["py.go"], "emits": []}


async def handler(input_data, ctx):
    if input_data["id"] = 1:
        pass
