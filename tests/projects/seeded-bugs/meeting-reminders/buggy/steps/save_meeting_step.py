config = {
    "type": "event",
    "name": "SaveMeeting",
    "subscribes": ["meeting.planned"],
    "emits": [],
    "infrastructure": {"queue": {"type": "standard", "visibilityTimeout": 120}},
    "flows": ["meetings"],
}


async def handler(input_data, ctx):
    await ctx.state.set("meetings", input_data["meetingId"], {"guest": input_data["guest"]})
