config = {
    "type": "event",
    "name": "SaveMeeting",
    "subscribes": ["meeting.planned"],
    "emits": ["reminder.due"],
    "infrastructure": {"queue": {"type": "standard", "visibilityTimeout": 120}},
    "flows": ["meetings"],
}


async def handler(input_data, ctx):
    await ctx.state.set("meetings", input_data["meetingId"], {"guest": input_data["guest"]})
    await ctx.emit({"topic": "reminder.due", "data": {"meetingId": input_data["meetingId"]}})
