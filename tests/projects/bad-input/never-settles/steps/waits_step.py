import asyncio

config = {"type": "event", "name": "WaitPython", "subscribes": ["py.go"], "emits": ["fine.go"]}


async def handler(input_data, ctx):
    await asyncio.Event().wait()
