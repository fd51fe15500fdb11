config = {
    "type": "event",
    "name": "ShareOut",
    "subscribes": ["bill.opened"],
    "emits": ["bill.shared"],
    "flows": ["bills"],
}


async def handler(input_data, ctx):
    euros, guests = input_data["cents"] / 100, input_data["guests"]
    share = round(euros / guests, 2)
    await ctx.emit(
        {
            "topic": "bill.shared",
            "data": {"billId": input_data["billId"], "cents": input_data["cents"], "shares": [share] * guests},
        }
    )
