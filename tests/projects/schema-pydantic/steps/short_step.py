config = {
    "type": "event",
    "name": "Short",
    "subscribes": ["short.sent"],
    "emits": [],
    "input": {"id": "string", "count": "integer", "note": "string?", "rows": [{"sku": "string"}]},
}


async def handler(input_data, context):
    pass
