config = {"type": "api", "name": "Guesses", "method": "POST", "path": "/guesses", "emits": []}


async def handler(req, context):
    return {"status": 200, "body": {"name": req["body"]["name"].upper()}}
