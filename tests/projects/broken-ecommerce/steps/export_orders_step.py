config = {
    "type": "cron",
    "name": "ExportOrders",
    "cron": "0 25 * * *",
    #        ^^^^^^^^^^ invalid-cron
    "emits": [],
    "flows": ["ecommerce"],
}


async def handler(context):
    context["logger"].info("Exporting")
    #        ^^^^^^ seed-dialect
