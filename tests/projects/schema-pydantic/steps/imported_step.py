import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), ".."))

from typing import List, Optional

from pydantic import BaseModel

from shapes.money import Currency, Money, Record


class Booking(Record):
    price: Money
    extras: List[Money] = []
    deposit: Optional[Money] = None
    currency: Currency


config = {
    "type": "api",
    "name": "Imported",
    "method": "POST",
    "path": "/bookings",
    "bodySchema": Booking.model_json_schema(),
    "responseSchema": {200: Record.model_json_schema(), 400: {"type": "object", "properties": {"error": {"type": "string"}}}},
    "emits": [],
}


async def handler(req, context):
    return {"status": 200, "body": {}}
