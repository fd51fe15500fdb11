from enum import Enum, IntEnum
from typing import List, Optional, Union

from pydantic import BaseModel, ConfigDict, Field, RootModel


class Size(str, Enum):
    SMALL = "S"
    LARGE = "L"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Base(BaseModel):
    id: str
    at: Optional[str] = None


class Child(Base):
    at: str
    size: Size = Size.SMALL


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    a: str


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    a: str


class ClosedChild(Closed):
    b: int


class OldStyle(BaseModel):
    class Config:
        extra = "forbid"

    a: str


class Node(BaseModel):
    label: str
    children: List["Node"] = []
    parent: Optional["Node"] = None


class Tags(RootModel[List[str]]):
    pass


class Cat(BaseModel):
    kind: str = "cat"
    lives: int


class Dog(BaseModel):
    kind: str = "dog"
    bark: bool


class Models(BaseModel):
    child: Child
    children: List[Child]
    maybe: Optional[Child] = None
    size: Size
    level: Level
    closed: Closed
    open: Open
    closed_child: ClosedChild
    old_style: OldStyle
    node: Node
    tags: Tags
    pet: Union[Cat, Dog]
    pets: List[Union[Cat, Dog]] = Field(default_factory=list)
    optional_size: Optional[Size] = None


config = {
    "type": "event",
    "name": "Models",
    "subscribes": ["models.sent"],
    "emits": [],
    "input": Models.model_json_schema(),
}


async def handler(input_data, context):
    pass
