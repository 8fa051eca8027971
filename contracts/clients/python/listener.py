#!/usr/bin/python3
"""Prints the ack and then every frame that is pushed to the group of TRADING_GROUP_TOKEN: events, orders, settings, closed candles."""
import json

from bot_kit import connect, run, stay


def show(frame):
    print(json.dumps(frame.raw, indent=2), flush=True)


async def main():
    async with connect(on_ack=show, on_event=show, on_order=show, on_config=show, on_candle=show) as bot:
        await stay(bot)


if __name__ == "__main__":
    run(main)
