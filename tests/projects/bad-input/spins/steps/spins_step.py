config = {"type": "event", "name": "SpinPython", "subscribes": ["py.go"], "emits": ["fine.go"]}


async def handler(input_data, ctx):
    while True:
        pass
