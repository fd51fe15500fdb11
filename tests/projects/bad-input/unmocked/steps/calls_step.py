import urllib.request

config = {"type": "event", "name": "CallPython", "subscribes": ["py.go"], "emits": ["fine.go"]}


async def handler(input_data, ctx):
    try:
        urllib.request.urlopen("https://py.unknown.test/ping")
    except Exception:
        # The swallowed error is the point of this step.
        pass
    await ctx.emit({"topic": "fine.go", "data": {"id": input_data["id"]}})
