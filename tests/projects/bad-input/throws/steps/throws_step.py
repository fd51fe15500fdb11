config = {"type": "event", "name": "ThrowPython", "subscribes": ["py.go"], "emits": ["fine.go"]}


async def handler(input_data, ctx):
    raise ValueError(f"the py step cannot take {input_data['id']}")
