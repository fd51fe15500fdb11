from steps import counter

config = {"type": "event", "name": "CountPython", "subscribes": ["py.go"], "emits": ["py.counted"]}


async def handler(input_data, ctx):
    counter.count += 1
    await ctx.emit({"topic": "py.counted", "data": {"n": counter.count}})
