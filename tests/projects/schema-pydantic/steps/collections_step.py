from typing import Any, Dict, FrozenSet, List, Literal, Mapping, Sequence, Set, Tuple

from pydantic import BaseModel, Field


class Line(BaseModel):
    sku: str
    count: int = Field(1, ge=1)


class Collections(BaseModel):
    names: List[str]
    plain: list
    builtin: list[int]
    nested: List[List[int]]
    lines: List[Line]
    bounded: List[str] = Field(min_length=1, max_length=3)
    sequence: Sequence[str]
    unique: Set[str]
    frozen: FrozenSet[int]
    pair: Tuple[str, int]
    run: Tuple[int, ...]
    mapping: Dict[str, int]
    anything: Dict[str, Any]
    bare: dict
    by_name: Mapping[str, Line]
    deep: Dict[str, List[Line]]
    state: Literal["open", "paid"]
    only: Literal["one"]
    number: Literal[1, 2]
    maybe: Literal["a", "b"] | None = None


config = {
    "type": "event",
    "name": "Collections",
    "subscribes": ["collections.sent"],
    "emits": [],
    "input": Collections.model_json_schema(),
}


async def handler(input_data, context):
    pass
