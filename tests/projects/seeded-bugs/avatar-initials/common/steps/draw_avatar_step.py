import hashlib

COLOURS = ["teal", "plum", "sand", "moss"]

config = {
    "type": "event",
    "name": "DrawAvatar",
    "subscribes": ["member.joined"],
    "emits": ["avatar.drawn"],
    "flows": ["avatars"],
}


async def handler(input_data, ctx):
    initial = input_data["initial"]
    digest = hashlib.sha256(initial.encode("utf-8")).digest()
    await ctx.emit({"topic": "avatar.drawn", "data": {"text": initial, "colour": COLOURS[digest[0] % 4]}})
