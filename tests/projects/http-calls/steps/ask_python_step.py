import json
import urllib.request

config = {"type": "event", "name": "AskPython", "subscribes": ["ask"], "emits": ["answered"]}


async def handler(question, context):
    request = urllib.request.Request(
        "https://py.oracle.test/ask",
        data=json.dumps({"by": question["by"]}).encode(),
        headers={"content-type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
    await context["emit"]({"topic": "answered", "data": {"from": "python", **answer}})
