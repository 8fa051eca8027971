"""What the example bots share: addresses and tokens of `make run`, candles over REST, and the loop around a strategy."""
import asyncio
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

from trading_sdk import NoReply, Stopped, TradingClient


def demo():
    """What `make run` wrote for you. Environment variables win over it."""
    try:
        with open(os.environ.get("DEMO_FILE", ".data/demo.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {"url": "http://127.0.0.1:8000", "ws_url": "ws://127.0.0.1:8000/ws/events", "groups": [], "triggers": []}


DEMO = demo()
WS_URL = os.environ.get("WS_URL") or DEMO["ws_url"]
API_URL = os.environ.get("API_URL") or DEMO["url"]
PROTOCOL = int(os.environ.get("PROTOCOL", "2"))
INTERVAL = os.environ.get("INTERVAL", "1m")
MARGIN_USD = float(os.environ.get("MARGIN_USD", "50"))
EVERY_S = float(os.environ.get("EVERY_S", "5"))


def group_token():
    token = os.environ.get("TRADING_GROUP_TOKEN") or next((g["token"] for g in DEMO["groups"]), None)
    return token or sys.exit("set TRADING_GROUP_TOKEN, or start `make run` and come back (DEMO_FILE names another demo.json)")


def say(text):
    print(text, flush=True)


def connect(**handlers):
    return TradingClient(
        WS_URL, group_token(), protocol=PROTOCOL,
        on_disconnect=lambda d: say(f"disconnected ({d.code} {d.reason}), again in {d.retry_in_s:.1f} s"), **handlers)


class Api:
    """REST with the login of demo.json, or API_USERNAME and API_PASSWORD."""

    def __init__(self):
        admin = DEMO.get("admin", {})
        self._login = {"username": os.environ.get("API_USERNAME") or admin.get("username"), "password": os.environ.get("API_PASSWORD") or admin.get("password")}
        self._token = None

    def _call(self, path, body=None):
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        request = urllib.request.Request(API_URL + path, json.dumps(body).encode() if body else None, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def get(self, path, **query):
        full = f"/api/v1/{path}?{urllib.parse.urlencode(query)}"
        if self._token:
            try:
                return self._call(full)
            except urllib.error.HTTPError as error:
                if error.code != 401:
                    raise
        self._token = None
        self._token = self._call("/api/v1/auth/login", self._login)["access_token"]
        return self._call(full)

    def closes(self, symbol):
        return [float(candle["close"]) for candle in self.get("candles", symbol=symbol, interval=INTERVAL, limit=120)["items"]]

    def is_long(self, group_id, symbol):
        return any(p["symbol"] == symbol and float(p["qty"]) > 0 for p in self.get("positions", group_id=group_id)["items"])


async def trade(bot, action, reason, margin_usd=MARGIN_USD):
    """One decision to its end: the reply says that it is accepted, the update what became of the order."""
    reply = await bot.decide(action, margin_usd=margin_usd, reasoning=reason)
    if not reply.ok:
        say(f"{action}: {reason} -> {reply.message} {reply.code or ''} {reply.detail}")
        return None
    update = await bot.order(reply.decision_id)
    say(f"{action}: {reason} -> {update.status} {update.qty} {update.symbol} at {update.avg_price} {update.reason or ''}")
    return update


async def candle_bot(decide):
    """Asks decide(closes, is_long) every few seconds for LONG, CLOSE or None, and a reason."""
    api, told = Api(), None
    async with connect(on_event=lambda event: say(f"event: {event.title}")) as bot:
        config = bot.ack.config
        symbol, group_id = config["symbol"], config["group_id"]
        say(f"connected as {config['group_name']}, {symbol} {INTERVAL}")
        while True:
            try:
                closes = await asyncio.to_thread(api.closes, symbol)
                action, reason = decide(closes, await asyncio.to_thread(api.is_long, group_id, symbol))
                if action:
                    await trade(bot, action, reason)
                elif reason != told:
                    say(reason)
                told = reason
            except (OSError, NoReply) as error:
                say(f"not now: {error}")
            await pause(bot)


async def pause(bot):
    try:
        await asyncio.wait_for(bot.wait(), EVERY_S)
    except asyncio.TimeoutError:
        pass


def run(main):
    """Runs a bot until Ctrl-C, or until the gateway says that trying again cannot help."""
    try:
        asyncio.run(main)
    except Stopped as stopped:
        sys.exit(f"refused: {stopped}")
    except KeyboardInterrupt:
        pass
