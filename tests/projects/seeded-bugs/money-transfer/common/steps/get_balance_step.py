config = {
    "type": "api",
    "name": "GetBalance",
    "method": "GET",
    "path": "/accounts/:account",
    "emits": [],
    "flows": ["bank"],
}


async def handler(req, ctx):
    account = req["pathParams"]["account"]
    opened = await ctx.state.get("accounts", account) or {"cents": 0}
    cents = opened["cents"]
    for posting in await ctx.state.get_group("postings"):
        cents += posting["cents"] * ((posting["to"] == account) - (posting["from"] == account))
    return {"status": 200, "body": {"account": account, "cents": cents}}
