config = {
    "type": "event",
    "name": "CountMembers",
    "subscribes": ["member.added"],
    "emits": ["team.grew"],
    "flows": ["teams"],
}


async def handler(input_data, ctx):
    team_id = input_data["teamId"]
    members = await ctx.state.get_group(f"team:{team_id}")
    await ctx.emit({"topic": "team.grew", "data": {"teamId": team_id, "members": len(members)}})
