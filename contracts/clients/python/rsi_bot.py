#!/usr/bin/python3
"""A direct algorithmic bot: buys when the RSI says oversold, closes when it says overbought. No model, no trigger.

Copy it, change `decide`. Settings: TRADING_GROUP_TOKEN, WS_URL, API_URL, RSI_PERIOD (14), RSI_INTERVAL (1m), MARGIN_USD (50).
"""
import asyncio
import json
import os
import uuid

from trading_client import Api, connect, group_token, run

PERIOD = int(os.environ.get("RSI_PERIOD", "14"))
INTERVAL = os.environ.get("RSI_INTERVAL", "1m")
MARGIN_USD = float(os.environ.get("MARGIN_USD", "50"))
OVERSOLD, OVERBOUGHT = 30.0, 70.0


def rsi(closes, period=PERIOD):
    """Wilder's relative strength index of the last close, or None while there are too few."""
    if len(closes) <= period:
        return None
    changes = [b - a for a, b in zip(closes, closes[1:])]
    gain = sum(max(c, 0) for c in changes[:period]) / period
    loss = sum(max(-c, 0) for c in changes[:period]) / period
    for change in changes[period:]:
        gain = (gain * (period - 1) + max(change, 0)) / period
        loss = (loss * (period - 1) + max(-change, 0)) / period
    if gain == 0 and loss == 0:
        return 50.0
    return 100.0 - 100.0 / (1 + gain / loss) if loss else 100.0


def decide(closes, is_long):
    """LONG, CLOSE or None, with the reason."""
    value = rsi(closes)
    if value is None:
        return None, "too few candles"
    if value < OVERSOLD and not is_long:
        return "LONG", f"RSI {value:.1f} is below {OVERSOLD:.0f}"
    if value > OVERBOUGHT and is_long:
        return "CLOSE", f"RSI {value:.1f} is above {OVERBOUGHT:.0f}"
    return None, f"RSI {value:.1f}"


def post_trade(symbol, action, reason):
    payload = {"source_id": "rsi_bot", "symbol": symbol, "signal": {"action": action, "qty": 0.0, "margin_usd": MARGIN_USD, "reasoning": reason}}
    return {
        "type": "event",
        "event_type": "post_trade",
        "priority": 7,
        "targets": ["trade_execution"],
        "title": f"[RSI] {action} {symbol}",
        "payload": json.dumps(payload),
        # The key of this decision: sent again after a broken connection it is still one order.
        "decision_id": str(uuid.uuid4()),
        "condition": {"domain": "trade_decision", "trace": {"correlation_id": str(uuid.uuid4())}},
    }


async def ask(ws, frame):
    """Sends a frame and returns the reply to it; events pushed in between are shown."""
    await ws.send(json.dumps(frame))
    while True:
        reply = json.loads(await asyncio.wait_for(ws.recv(), 10))
        if "ok" in reply:
            return reply
        print(f"event: {reply.get('title')}", flush=True)


async def listen(ws):
    async for text in ws:
        print(f"event: {json.loads(text).get('title')}", flush=True)


def is_long(api, group_id, symbol):
    return any(p["group_id"] == group_id and p["symbol"] == symbol and float(p["qty"]) > 0 for p in api.get("positions", limit=1000)["items"])


async def main():
    api = Api()
    async with connect(group_token()) as ws:
        config = json.loads(await ws.recv())["config"]
        symbol, group_id = config["symbol"], config["group_id"]
        print(f"connected as {config['group_name']}, {symbol} {INTERVAL}", flush=True)
        told = None
        while True:
            items = (await asyncio.to_thread(api.get, "candles", symbol=symbol, interval=INTERVAL, limit=100))["items"]
            closes = [float(c["close"]) for c in items]
            action, reason = decide(closes, await asyncio.to_thread(is_long, api, group_id, symbol))
            if action:
                reply = await ask(ws, post_trade(symbol, action, reason))
                print(f"{action}: {reason} -> {reply['message']} {reply.get('id') or reply.get('detail') or ''}", flush=True)
            elif reason != told:
                print(reason, flush=True)
            told = reason
            try:
                await asyncio.wait_for(listen(ws), 5)
            except asyncio.TimeoutError:
                pass


if __name__ == "__main__":
    run(main)
