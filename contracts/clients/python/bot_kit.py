"""What the example bots share: where the product is, the loop around a strategy, and how a bot ends.

TRADING_GROUP_TOKEN and WS_URL say who and where; without them it is what `make run` wrote, .data/demo.json of this folder or one above. More
settings: PROTOCOL (2), MARGIN_USD (50), DEADLINE_S (10, of any wait for the product), API_URL (where REST is not beside the socket).
"""
import asyncio
import json
import os
import pathlib
import sys

from trading_errors import NoReply, RestError, Stopped, TradingError
from trading_sdk import TradingClient

PROTOCOL = int(os.environ.get("PROTOCOL", "2"))
MARGIN_USD = float(os.environ.get("MARGIN_USD", "50"))
HISTORY = 250  # a smoothed indicator depends on where it began: all bots begin it as far back
HELP = {
    "INVALID_TOKEN": "TRADING_GROUP_TOKEN is not, or no longer, the token of a group; take one from the page or from .data/demo.json",
    "TOKEN_IN_USE": "another program has this token's session: end it first, or give the bot a token of its own",
}


class Problem(Exception):
    """Something a person has to put right."""


def demo():
    """What `make run` wrote for you, in this folder or the nearest one above. Environment variables win over it."""
    named = os.environ.get("DEMO_FILE")
    here = pathlib.Path.cwd()
    file = pathlib.Path(named) if named else next((f for f in (folder / ".data/demo.json" for folder in (here, *here.parents)) if f.is_file()), None)
    if file is None:
        return {}
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(f"{file} is no demo.json: {error}") from None


def say(text):
    print(text, flush=True)


def passes(error):
    """True for what may be over at the next try."""
    return isinstance(error, NoReply) or (isinstance(error, RestError) and (error.status == 429 or error.status >= 500))


def connect(**handlers):
    """The client of this bot. What a handler cannot go on after ends `stay`."""
    wrote = {} if os.environ.get("TRADING_GROUP_TOKEN") and os.environ.get("WS_URL") else demo()
    token = os.environ.get("TRADING_GROUP_TOKEN") or next((g["token"] for g in wrote.get("groups", [])), None)
    url = os.environ.get("WS_URL") or wrote.get("ws_url")
    if not token:
        raise Problem("there is no token: set TRADING_GROUP_TOKEN and WS_URL, or start `make run`, which writes .data/demo.json (DEMO_FILE names another one)")
    if not url:
        raise Problem("there is no address: set WS_URL, such as 127.0.0.1:8000")

    def on_error(error, _):
        if passes(error):
            say(f"not now: {error}")
        else:
            bot.failure = bot.failure or error
            bot.failed.set()

    # Where the services are apart, REST is at another address than the socket: demo.json has both, and API_URL is for who sets WS_URL.
    rest = os.environ.get("API_URL") or (None if os.environ.get("WS_URL") else wrote.get("url"))
    bot = TradingClient(
        url, token, protocol=PROTOCOL, deadline=float(os.environ.get("DEADLINE_S", "10")), rest_url=rest,
        on_disconnect=lambda d: say(f"disconnected ({d.code} {d.reason}), again in {d.retry_in_s:.1f} s"), on_error=on_error, **handlers)
    bot.failed, bot.failure = asyncio.Event(), None
    return bot


async def stay(bot):
    """Until trying again cannot help, or a handler failed for good."""
    stopped, failed = asyncio.ensure_future(bot.wait()), asyncio.ensure_future(bot.failed.wait())
    try:
        await asyncio.wait({stopped, failed}, return_when=asyncio.FIRST_COMPLETED)
        if bot.failure:
            raise bot.failure
        await stopped
    finally:
        stopped.cancel()
        failed.cancel()


async def must_be_active(bot):
    groups = (await bot.rest("groups"))["items"]
    if not groups[0]["active"]:
        raise Problem(f"the group {groups[0]['name']} is switched off: switch it on at the page first")


async def trade(bot, action, reason, margin_usd=MARGIN_USD):
    """Decides and waits for the end of the order. None if there was none."""
    reply = await bot.decide(action, margin_usd=margin_usd, reasoning=reason)
    if reply.code == "GROUP_INACTIVE":
        raise Problem("the group is switched off: switch it on at the page first")
    if not reply.ok:
        say(f"{action}: {reason} -> {reply.message} {reply.code or ''} {reply.detail}")
        return None
    update = await bot.order(reply.decision_id)
    say(f"{action}: {reason} -> {update.status} {update.qty} {update.symbol} at {update.avg_price} {update.reason or ''}")
    return None if update.status in ("rejected", "canceled") else update


class Holding:
    """Whether the group is long: from REST at the start, from the order updates after that."""

    def __init__(self):
        self.is_long = None

    async def load(self, bot):
        if self.is_long is None:
            positions = (await bot.rest("positions"))["items"]
            self.is_long = any(p["symbol"] == bot.ack.config["symbol"] and p["qty"] > 0 for p in positions)

    def updated(self, update):
        if update.status == "filled":
            self.is_long = update.side == "BUY"
        elif update.status in ("closed", "stopped", "took_profit"):
            self.is_long = False

    def forget(self, _):
        self.is_long = None


async def candle_bot(decide):
    """Asks decide(closes, is_long) for LONG, CLOSE or None, and a reason: at the start and whenever a candle closes."""
    holding, told = Holding(), None

    async def look(frame):
        nonlocal told
        if getattr(frame, "note", None):
            raise Problem(frame.note)
        if getattr(frame, "replayed", False):
            return  # the history that follows ends with the newest
        await holding.load(bot)
        action, reason = decide([float(candle.close) for candle in bot.candles], holding.is_long)
        if action and (update := await trade(bot, action, reason)):
            holding.updated(update)
        elif not action and reason != told:
            say(reason)
        told = reason

    async with connect(candles=HISTORY, on_history=look, on_candle=look, on_order=holding.updated, on_gap=holding.forget) as bot:
        say(f"connected as {bot.ack.config['group_name']}, {bot.ack.config['symbol']} {bot.ack.config['interval']}")
        await must_be_active(bot)
        await stay(bot)


def run(main):
    """Runs a bot until Ctrl-C, or until going on makes no sense: then it says why and ends with 1."""
    try:
        asyncio.run(main())
    except Stopped as stopped:
        sys.exit(f"error: refused: {stopped}\nhelp: {HELP.get(stopped.reason, 'see PROTOCOL.md, Closing')}")
    except NoReply as silence:
        sys.exit(f"error: {silence}\nhelp: is the product running? Start `make run`, or set WS_URL to where it is")
    except (Problem, TradingError, ValueError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        pass
