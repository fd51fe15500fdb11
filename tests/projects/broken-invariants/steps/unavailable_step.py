config = {
    "type": "api",
    "name": "Unavailable",
    "method": "POST",
    "path": "/unavailable",
    "bodySchema": {
        "type": "object",
        "properties": {"kind": {"enum": ["plain", "express"]}},
        "required": ["kind"],
    },
    "emits": [],
}


async def handler(req, context):
    if req["body"]["kind"] == "express":
        return {"status": 503, "body": {"error": "not yet"}}
    return {"status": 200, "body": {}}
