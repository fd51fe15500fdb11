from enum import Enum
from typing import Optional

from pydantic import BaseModel, Field


class Currency(str, Enum):
    EURO = "EUR"
    DOLLAR = "USD"


class Money(BaseModel):
    amount: float = Field(ge=0)
    currency: Currency = Currency.EURO


class Record(BaseModel):
    id: str
    note: Optional[str] = None
