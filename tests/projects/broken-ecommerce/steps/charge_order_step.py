config = {
    "type": "event",
    "name": "ChargeOrder",
    "subscribes": ["order.created"],
    "emits": ["payment.processed", "order.audited"],
    "input": {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "amount": {"type": "number"},
            "currency": {"type": "string"},
        },
        "required": ["id", "amount", "currency"],
    },
    "flows": ["ecommerce"],
}


async def handler(order, context):
    emit = context["emit"]
    #               ^^^^ seed-dialect
    try:
        # The Ruby subscriber wants to know how much was paid.
        await emit({"topic": "payment.processed", "data": {"orderId": order["id"]}})
        #                                                 ^^^^^^^^^^^^^^^^^^^^^^^^ payload-missing-field
        await emit({"topic": "order.audited", "data": {"id": order["id"]}})
    except Exception as error:
        await emit({"topic": "payment.failed", "data": {"orderId": order["id"], "error": str(error)}})
        #                     ^^^^^^^^^^^^^^ undeclared-emit
