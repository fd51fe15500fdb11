"""Looks for players who think faster than people do."""

config = {
    "type": "event",
    "name": "WatchMoves",
    "description": "Looks for players who are too quick",
    "subscribes": ["move.made"],
    "emits": ["player.flagged"],
    "input": {"matchId": "string", "player": "string", "thought": "number"},
    "flows": ["arena"],
}

QUICK_MS = 150
ENOUGH = 3


async def handler(input_data, context):
    player = input_data["player"]
    habits = await context["state"].get("habits", player) or {"moves": 0, "quick": 0, "flagged": False}
    habits["moves"] += 1
    habits["quick"] += input_data["thought"] < QUICK_MS
    suspicious = habits["moves"] >= ENOUGH and habits["quick"] / habits["moves"] > 0.8
    first_time = suspicious and not habits["flagged"]
    habits["flagged"] = habits["flagged"] or suspicious
    await context["state"].set("habits", player, habits)
    if first_time:
        await context["emit"]({"topic": "player.flagged", "data": {"player": player, "moves": habits["moves"]}})
