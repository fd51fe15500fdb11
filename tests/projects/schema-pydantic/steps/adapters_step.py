from typing import Dict, List, Optional

from pydantic import BaseModel, TypeAdapter


class Line(BaseModel):
    sku: str
    note: Optional[str] = None


config = {
    "type": "api",
    "name": "Adapters",
    "method": "POST",
    "path": "/lines",
    "bodySchema": TypeAdapter(List[Line]).json_schema(),
    "responseSchema": {200: TypeAdapter(Dict[str, Line]).json_schema(), 201: Line.model_json_schema()},
    "emits": [],
}


async def handler(req, context):
    return {"status": 200, "body": {}}
