try:
    from pydantic import BaseModel

    class Answer(BaseModel):
        text: str
        stars: int = 0

    answer_schema = Answer.model_json_schema()
except ImportError:
    answer_schema = None

config = {
    "type": "event",
    "name": "Tried",
    "subscribes": ["tried.sent"],
    "emits": [],
    "input": answer_schema,
}


async def handler(input_data, context):
    pass
