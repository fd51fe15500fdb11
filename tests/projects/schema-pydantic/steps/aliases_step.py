from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    order_id: str
    line_count: int = 0
    total: float


class Shouting(BaseModel):
    model_config = ConfigDict(alias_generator=lambda name: name.upper())

    order_id: str


class Aliases(BaseModel):
    plain: str = Field(alias="plainText")
    validated: str = Field(validation_alias="validatedText")
    preset: str = Field("x", alias="presetText")
    several: str = Field(validation_alias=AliasChoices("one", "other"))
    camel: Camel
    shouting: Shouting


config = {
    "type": "event",
    "name": "Aliases",
    "subscribes": ["aliases.sent"],
    "emits": [],
    "input": Aliases.model_json_schema(),
}


async def handler(input_data, context):
    pass
