config = {
    "type": "event",
    "name": "LogNotice",
    "subscribes": ["customer.notified", "order.refunded"],
    #                                    ^^^^^^^^^^^^^^ never-emitted-topic
    "emits": [],
    "flows": ["ecommerce"],
}


async def handler(notice, ctx):
    ctx.logger.info("A customer was told", notice)
