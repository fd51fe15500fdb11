from pydantic import BaseModel, Field
from .topics import PAID, LATE as late

class Order(BaseModel):
    id: str
    total: float = Field(gt=0, description="in 'cents'")
    note: str | None = None

config = {"type": "event", "name": "Bill", "subscribes": [PAID], "emits": ["bill.sent", late], "input": Order.model_json_schema()}

async def handler(data, context):
    topic = f"bill.{data['kind']}" if data.get("kind") else "bill.sent"
    await context.emit({"topic": topic, "data": {"id": data["id"], **extra}})
    await context.state.set("bills", data["id"], {"total": data["total"]})
