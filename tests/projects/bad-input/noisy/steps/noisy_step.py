import sys

config = {"type": "event", "name": "NoisyPython", "subscribes": ["py.go"], "emits": ["fine.go"]}


async def handler(input_data, ctx):
    for i in range(20000):
        print(f"py says line {i} of many")
    print('{"type":"done","value":{"status":200},"calls":[],"leaked":[]}')
    sys.stdout.buffer.write(b"\xff\xfe broken text\n")
    print("py complains", file=sys.stderr)
    await ctx.emit({"topic": "fine.go", "data": {"id": input_data["id"]}})
