"""Every Monday, finds the pages that were read most."""

import pandas as pd

config = {
    "type": "cron",
    "name": "CountReads",
    "description": "Finds the pages that were read most",
    "cron": "0 7 * * 1",
    "emits": ["digest.ready"],
    "flows": ["content"],
}


async def handler(context):
    pages = await context["state"].get_group("pages")
    if not pages:
        context["logger"].info("Nothing to count")
        return
    frame = pd.DataFrame([{"slug": page["slug"], "reads": page["reads"]} for page in pages])
    top = frame.sort_values("reads", ascending=False).head(2).to_dict("records")
    await context["emit"]({"topic": "digest.ready", "data": {"total": int(frame["reads"].sum()), "top": top}})
