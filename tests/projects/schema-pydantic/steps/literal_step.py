ID = {"type": "string", "minLength": 1}

config = {
    "type": "event",
    "name": "Literal",
    "subscribes": ["literal.sent"],
    "emits": ["literal.seen", {"topic": "literal.dropped", "label": "dropped", "conditional": True}],
    "input": {
        "type": "object",
        "properties": {"id": ID, "line": {"$ref": "#/$defs/line"}},
        "required": ["id"],
        "$defs": {"line": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}},
    },
}


async def handler(input_data, context):
    await context.emit({"topic": "literal.seen", "data": {}})
    await context.emit({"topic": "literal.dropped", "data": {}})
