import builtins

config = {"type": "event", "name": "LeakPython", "subscribes": ["py.leak"], "emits": ["py.counted"]}


async def handler(input_data, ctx):
    builtins.leak = getattr(builtins, "leak", 0) + 1
    await ctx.emit({"topic": "py.counted", "data": {"n": builtins.leak}})
