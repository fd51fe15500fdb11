from typing import ClassVar, List, Optional, Union

from pydantic import BaseModel, Field, PrivateAttr


class Presence(BaseModel):
    kind: ClassVar[str] = "presence"
    _cache: dict = PrivateAttr(default_factory=dict)

    there: str
    preset: str = "a"
    preset_number: int = 3
    nullable: Optional[str]
    optional: Optional[str] = None
    piped: int | None = None
    piped_required: str | None
    field_default: str = Field("x")
    field_keyword: str = Field(default="x", max_length=3)
    field_none: Optional[int] = Field(None, ge=1, description="from one on")
    made: List[str] = Field(default_factory=list)
    listed: List[str] = []
    either: Union[int, str] = 1
    several: Union[int, str, None] = None


config = {
    "type": "event",
    "name": "Presence",
    "subscribes": ["presence.sent"],
    "emits": [],
    "flows": ["schemas"],
    "input": Presence.model_json_schema(),
}


async def handler(input_data, context):
    pass
