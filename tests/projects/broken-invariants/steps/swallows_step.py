import urllib.request

config = {
    "type": "event",
    "name": "Swallows",
    "subscribes": ["rates.wanted"],
    "emits": [],
    "input": {"type": "object", "properties": {"base": {"type": "string"}}, "required": ["base"]},
}


async def handler(input_data, context):
    try:
        urllib.request.urlopen("https://api.unknown.test/rates")
    except OSError:
        pass
