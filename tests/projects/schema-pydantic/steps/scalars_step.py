import datetime as dt
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import (
    AnyUrl, BaseModel, Field, HttpUrl, NonNegativeInt, PositiveFloat, PositiveInt, SecretStr, StrictBool, StrictInt,
    StrictStr, confloat, conint, conlist, constr,
)
from typing_extensions import Annotated

Short = Annotated[str, Field(max_length=8)]


class Scalars(BaseModel):
    text: str
    whole: int
    number: float
    flag: bool
    anything: Any
    moment: datetime
    qualified: dt.datetime
    day: date
    clock: time
    length: timedelta
    key: UUID
    home: HttpUrl
    link: AnyUrl
    price: Decimal
    place: Path
    raw: bytes
    secret: SecretStr
    strict_text: StrictStr
    strict_whole: StrictInt
    strict_flag: StrictBool
    positive: PositiveInt
    counted: NonNegativeInt
    weight: PositiveFloat
    code: constr(min_length=2, max_length=4)
    age: conint(ge=0, lt=150)
    share: confloat(gt=0, le=1)
    names: conlist(str, min_length=1)
    bounded: int = Field(gt=0, le=10)
    required: str = Field(...)
    described: str = Field(..., description="in words", min_length=1, max_length=9)
    patterned: str = Field(pattern="^a")
    stepped: int = Field(multiple_of=5)
    annotated: Annotated[int, Field(ge=1)]
    short: Short


config = {
    "type": "event",
    "name": "Scalars",
    "subscribes": ["scalars.sent"],
    "emits": [],
    "input": Scalars.model_json_schema(),
}


async def handler(input_data, context):
    pass
