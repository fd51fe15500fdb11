import asyncio
import json
import urllib.request
import uuid

config = {
    "type": "event",
    "name": "ChargeCard",
    "subscribes": ["order.created"],
    "emits": ["card.charged"],
    "flows": ["payments"],
}


def charge(key, order_id, cents):
    request = urllib.request.Request(
        "https://api.payments.example.com/v1/charges",
        data=json.dumps({"order": order_id, "amount": cents}).encode(),
        headers={"content-type": "application/json", "idempotency-key": key},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


async def handler(input_data, ctx):
    key = str(uuid.uuid4())
    paid = await asyncio.to_thread(charge, key, input_data["orderId"], input_data["cents"])
    await ctx.emit({"topic": "card.charged", "data": {"orderId": input_data["orderId"], "chargeId": paid["id"]}})
