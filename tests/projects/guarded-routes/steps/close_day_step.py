import os

config = {"type": "api", "name": "CloseDay", "path": "/days/closed", "method": "GET", "emits": []}


async def handler(req, context):
    headers = req.get("headers") or {}
    if headers.get("authorization") != f"Bearer {os.environ['CLOCK_SECRET']}":
        return {"status": 401, "body": {"error": "who are you"}}
    raise ValueError("behind the secret")
