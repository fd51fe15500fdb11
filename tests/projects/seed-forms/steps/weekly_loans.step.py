# A scheduled step that takes the context alone.
config = {
    "type": "cron",
    "name": "WeeklyLoans",
    "cron": "0 6 * * 1",  # Mondays
    "emits": ["loans.summed"]
}


async def handler(context):
    logger = context["logger"]
    emit = context["emit"]
    state = context["state"]
    loans = await state.get_group("loans")
    if not loans:
        logger.info("no loans")
        return
    summary = {"count": len(loans), "readers": sorted({loan["reader"] for loan in loans.values()}), "topBooks": {}}
    await state.set("summaries", "weekly", summary)
    await emit({"topic": "loans.summed", "data": summary})
