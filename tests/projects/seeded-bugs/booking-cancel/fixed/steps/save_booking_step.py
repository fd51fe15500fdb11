config = {
    "type": "event",
    "name": "SaveBooking",
    "subscribes": ["booking.requested"],
    "emits": [],
    "flows": ["bookings"],
}


async def handler(input_data, ctx):
    booking_id = input_data["bookingId"]
    await ctx.state.update("bookings", booking_id, [{"type": "merge", "value": {"room": input_data["room"]}}])
