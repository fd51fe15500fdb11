config = {
    "type": "event",
    "name": "CountMembers",
    "subscribes": ["member.added"],
    "emits": ["team.grew"],
    "flows": ["teams"],
}


async def handler(input_data, ctx):
    team_id = input_data["teamId"]
    # The framework's memory also gives the members of team 10 for team 1.
    members = [member for member in await ctx.state.get_group(f"team:{team_id}") if member["teamId"] == team_id]
    await ctx.emit({"topic": "team.grew", "data": {"teamId": team_id, "members": len(members)}})
