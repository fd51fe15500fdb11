import asyncio
import json
import urllib.request

config = {
    "type": "api",
    "name": "ListTexts",
    "method": "GET",
    "path": "/texts",
    "emits": [],
    "flows": ["appointments"],
}


def fetch():
    with urllib.request.urlopen("https://sms.example.com/2024/messages", timeout=10) as response:
        return json.load(response)


async def handler(req, ctx):
    texts = await asyncio.to_thread(fetch)
    return {"status": 200, "body": {"count": len(texts)}}
