#!/usr/bin/python3
"""The Python end of the conformance suite: commands as JSON lines in, what the SDK reports as JSON lines out."""
import asyncio
import dataclasses
import json
import sys

from trading_address import socket_address
from trading_sdk import Stopped, TradingClient


def meant(value):
    """JSON has no NaN: the suite writes {"float":"NaN"}."""
    return float(value["float"]) if isinstance(value, dict) and "float" in value else value


class Driver:
    def __init__(self):
        self.client, self.throws, self.free = None, False, asyncio.Event()
        self.free.set()

    def write(self, on, **line):
        print(json.dumps({"on": on, **line}, default=str), flush=True)

    def report(self, on):
        return lambda frame: self.write(on, **{k: v for k, v in dataclasses.asdict(frame).items() if k not in ("raw", "candles")})

    async def event(self, frame):
        if self.throws:
            self.throws = False
            raise ValueError("thrown on purpose")
        self.report("event")(frame)
        await self.free.wait()

    async def connect(self, command):
        options = {"heartbeat": command.get("heartbeat_s"), "resume_from": command.get("resume_from"), "queue_size": command.get("queue_size", 10_000)}
        if "market" in command or "candles" in command:
            options.update(market=command.get("market"), candles=command.get("candles"), on_candle=self.report("candle"), on_price=self.report("price"),
                           on_history=self.report("history"), on_candle_gap=self.report("candle_gap"))
        self.client = TradingClient(
            command["url"], command["token"], protocol=command["protocol"], **options, on_ack=self.report("ack"), on_event=self.event,
            on_order=self.report("order"), on_config=self.report("config"), on_gap=self.report("gap"), on_disconnect=self.report("disconnected"),
            on_error=lambda error, frame: self.write("error", message=str(error)))
        try:
            await self.client.__aenter__()
        except Stopped as stopped:
            self.write("stopped", code=stopped.code, reason=stopped.reason)
        else:
            asyncio.create_task(self.tell_stopped())

    async def tell_stopped(self):
        try:
            await self.client.wait()
        except Stopped as stopped:
            self.write("stopped", code=stopped.code, reason=stopped.reason)

    async def obey(self, command):
        do, result = command["do"], {"id": command.get("id")}
        deadline = command.get("deadline_s")
        try:
            if do == "connect":
                await self.connect(command)
            elif do == "decide":
                wanted = {k: meant(v) for k, v in command.items() if k not in ("do", "id", "action", "deadline_s")}
                reply = await self.client.decide(command["action"], deadline=deadline, **wanted)
                result["reply"] = dataclasses.asdict(reply)
            elif do == "order":
                result["order"] = dataclasses.asdict(await self.client.order(command["decision_id"], deadline))
            elif do == "cancel":
                reply = await (self.client.cancel_all(deadline=deadline) if command.get("all") else self.client.cancel(command["decision_id"], deadline=deadline))
                result["reply"] = dataclasses.asdict(reply)
            elif do == "protect":
                legs = {k: float(command[k]) if command[k] == "NaN" else command[k] for k in ("stop_loss", "take_profit") if k in command}
                result["reply"] = dataclasses.asdict(await self.client.protect(command["symbol"], **legs, deadline=deadline))
            elif do == "request":
                result["reply"] = dataclasses.asdict(await self.client.request(command["frame"], deadline=deadline))
            elif do == "rest":
                result["body"] = await self.client.rest(command["path"], deadline=deadline, **command.get("query", {}))
            elif do == "address":
                result["address"] = socket_address(command["url"])
            elif do == "candles":
                result["candles"] = [{"open_time": c.open_time.isoformat(), "close": c.close} for c in self.client.candles]
            elif do == "hold":
                self.free.clear()
            elif do == "release":
                self.free.set()
            elif do == "ping":
                result["ms"] = 1000 * await self.client.ping(deadline)
            elif do == "throw":
                self.throws = True
            elif do == "show":
                result["text"] = repr(self.client)
        except Exception as error:
            result["error"] = f"{type(error).__name__}: {error}"
        self.write("result", **result)


async def main():
    driver, tasks = Driver(), set()
    while line := await asyncio.to_thread(sys.stdin.readline):
        command = json.loads(line)
        if command["do"] == "close":
            break
        tasks.add(asyncio.create_task(driver.obey(command)))
    if driver.client:
        await driver.client.__aexit__()


if __name__ == "__main__":
    asyncio.run(main())
