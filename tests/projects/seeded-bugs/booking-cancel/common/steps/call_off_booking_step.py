config = {
    "type": "api",
    "name": "CallOffBooking",
    "method": "DELETE",
    "path": "/bookings/:bookingId",
    "emits": ["booking.cancelled"],
    "flows": ["bookings"],
}


async def handler(req, ctx):
    booking_id = req["pathParams"]["bookingId"]
    await ctx.emit({"topic": "booking.cancelled", "data": {"bookingId": booking_id}})
    return {"status": 202, "body": {"bookingId": booking_id}}
