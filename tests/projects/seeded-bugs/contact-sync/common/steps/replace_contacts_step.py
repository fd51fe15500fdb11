config = {
    "type": "event",
    "name": "ReplaceContacts",
    "subscribes": ["contacts.fetched"],
    "emits": [],
    "flows": ["contacts"],
}


async def handler(input_data, ctx):
    names = [contact["name"] for contact in input_data["contacts"]]
    await ctx.state.set("contacts", input_data["account"], {"names": names})
