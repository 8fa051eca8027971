#!/usr/bin/python3
"""A grid around the price at the start: buys one unit at each line on the way down, sells one at each line on the way up.

In one-way mode a SHORT while long only makes the position smaller, so the position is always minus the line the price is at.
Settings: GRID_STEP_PCT (0.1, the distance of the lines), GRID_LINES (5 to each side), GRID_PACE_S (1, how often it looks), MARGIN_USD (50, one
unit), and those of bot_kit.py.
"""
import os

from bot_kit import MARGIN_USD, connect, must_be_active, run, say, stay, trade

STEP_PCT = float(os.environ.get("GRID_STEP_PCT", "0.1"))
LINES = int(os.environ.get("GRID_LINES", "5"))
PACE = f"{int(1000 * float(os.environ.get('GRID_PACE_S', '1')))}ms"


def line_of(price, anchor):
    """How many whole steps the price is above the anchor, within the grid."""
    steps = int((price - anchor) / (anchor * STEP_PCT / 100))
    return max(-LINES, min(LINES, steps))


async def main():
    anchor, at = None, 0

    async def look(frame):
        nonlocal anchor, at
        price = float(frame.price)
        anchor = anchor or price
        line = line_of(price, anchor)
        if line != at:
            action = "LONG" if line < at else "SHORT"
            if await trade(bot, action, f"{price} is at line {line}", MARGIN_USD * abs(line - at)):
                at = line

    async with connect(market=PACE, on_price=look) as bot:
        say(f"connected as {bot.ack.config['group_name']}, {bot.ack.config['symbol']}")
        await must_be_active(bot)
        await stay(bot)


if __name__ == "__main__":
    run(main)
