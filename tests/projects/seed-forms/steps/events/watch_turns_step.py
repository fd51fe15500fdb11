# Patterns over state, two branches that send, utilities of the context.
config = {
    "type": "event",
    "name": "WatchTurns",
    "subscribes": ["fee.charged", "fee.refused"],
    "emits": ["turns.fast", "turns.odd"]
}

seen = {}


async def handler(input_data, ctx):
    loan_id = input_data["loanId"]
    pattern = f"{loan_id}:*"
    turns = await ctx.state.get_pattern("turns", pattern)

    if len(turns) < 2:
        return

    pace = measure(turns)
    report = {"loanId": loan_id, "pace": pace, "at": ctx.utils.dates.now().isoformat()}
    await ctx.state.set(ctx.trace_id, f"turns_{loan_id}", report)
    if pace > 0.8:
        await ctx.emit({"topic": "turns.fast", "data": report})
    elif pace > 0.5:
        await ctx.emit({
            "topic": "turns.odd",
            "data": {"loanId": loan_id, "pace": pace, "why": [k for k, v in seen.items() if v]}
        })


def measure(turns):
    return len(turns) / 10
