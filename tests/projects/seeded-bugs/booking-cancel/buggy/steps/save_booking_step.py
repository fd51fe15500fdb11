config = {
    "type": "event",
    "name": "SaveBooking",
    "subscribes": ["booking.requested"],
    "emits": [],
    "flows": ["bookings"],
}


async def handler(input_data, ctx):
    booking_id = input_data["bookingId"]
    await ctx.state.set("bookings", booking_id, {"room": input_data["room"], "status": "booked"})
