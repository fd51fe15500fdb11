config = {
    "type": "event",
    "name": "ShareOut",
    "subscribes": ["bill.opened"],
    "emits": ["bill.shared"],
    "flows": ["bills"],
}


async def handler(input_data, ctx):
    share, rest = divmod(input_data["cents"], input_data["guests"])
    shares = [share + (1 if guest < rest else 0) for guest in range(input_data["guests"])]
    await ctx.emit(
        {
            "topic": "bill.shared",
            "data": {
                "billId": input_data["billId"],
                "cents": input_data["cents"],
                "shares": [cents / 100 for cents in shares],
            },
        }
    )
