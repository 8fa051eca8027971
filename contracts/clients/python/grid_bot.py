#!/usr/bin/python3
"""A grid around the price at the start: buys one unit at each line on the way down, sells one at each line on the way up.

In one-way mode a SHORT while long only makes the position smaller, so the position is always minus the line the price is at.
Settings: GRID_STEP_PCT (0.1, the distance of the lines), GRID_LINES (5 to each side), MARGIN_USD (50, one unit), and those of bot_kit.py.
"""
import asyncio
import os

from bot_kit import MARGIN_USD, Api, NoReply, connect, pause, run, say, trade

STEP_PCT = float(os.environ.get("GRID_STEP_PCT", "0.1"))
LINES = int(os.environ.get("GRID_LINES", "5"))


def line_of(price, anchor):
    """How many whole steps the price is above the anchor, within the grid."""
    steps = int((price - anchor) / (anchor * STEP_PCT / 100))
    return max(-LINES, min(LINES, steps))


async def main():
    api = Api()
    async with connect() as bot:
        symbol, anchor, at = bot.ack.config["symbol"], None, 0
        while True:
            try:
                price = (await asyncio.to_thread(api.closes, symbol))[-1:]
                anchor = anchor or (price[0] if price else None)
                line = line_of(price[0], anchor) if price else at
                if line != at:
                    action = "LONG" if line < at else "SHORT"
                    if await trade(bot, action, f"{price[0]} is at line {line}", MARGIN_USD * abs(line - at)):
                        at = line
            except (OSError, NoReply) as error:
                say(f"not now: {error}")
            await pause(bot)


if __name__ == "__main__":
    run(main())
