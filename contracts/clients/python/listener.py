#!/usr/bin/python3
"""Prints the ack and then every event that is pushed to the group of TRADING_GROUP_TOKEN."""
import json

from trading_client import connect, group_token, run


async def main():
    async with connect(group_token()) as ws:
        async for text in ws:
            print(json.dumps(json.loads(text), indent=2), flush=True)


if __name__ == "__main__":
    run(main)
