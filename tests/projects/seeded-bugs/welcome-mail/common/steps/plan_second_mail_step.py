config = {
    "type": "event",
    "name": "PlanSecondMail",
    "subscribes": ["welcome.sent"],
    "emits": [],
    "flows": ["accounts"],
}


async def handler(input_data, ctx):
    await ctx.state.set("second_mails", input_data["accountId"], {"template": "tips", "after_days": 3})
