"""An RSI bot that keeps its own books from its order updates alone. Once STOP_FILE is there it decides nothing more and prints, as one line of JSON,
what it knows of its orders and its position, and what REST says of them to its own token."""
import asyncio
import json
import os
import pathlib
from decimal import Decimal

from bot_kit import connect, run, say
from indicators import rsi
from trading_sdk import TradingError

STOP = pathlib.Path(os.environ["STOP_FILE"])


class Books:
    def __init__(self):
        self.orders = {}
        self.qty = Decimal(0)
        self.cost = Decimal(0)

    def updated(self, update):
        if update.status not in ("partially_filled", "filled", "closed", "rejected", "canceled"):
            return
        # What the order has filled since its last update; each tells the whole of it.
        before = self.orders.get(update.order_id, {"qty": Decimal(0), "cost": Decimal(0)})
        cost = update.qty * (update.avg_price or 0)
        self.orders[update.order_id] = {
            "id": update.order_id, "client_decision_id": update.decision_id, "status": update.status, "side": update.side, "qty": update.qty,
            "avg_price": update.avg_price, "fee": update.fee, "realized_pnl": update.realized_pnl, "cost": cost}
        if update.side == "BUY":
            self.qty += update.qty - before["qty"]
            self.cost += cost - before["cost"]
        elif update.side == "SELL":
            self.qty -= update.qty - before["qty"]
            self.cost = self.cost if self.qty else Decimal(0)
        say(f"book {update.status} {update.side} {update.qty} at {update.avg_price}")


async def main():
    books, seen = Books(), 0

    async def on_candle(_):
        nonlocal seen
        seen += 1
        say(f"candle {seen}")
        value = rsi([float(candle.close) for candle in bot.candles], 14)
        if STOP.exists() or value is None:
            return
        action = "LONG" if value < 35 and books.qty == 0 else "CLOSE" if value > 65 and books.qty > 0 else None
        if action:
            try:
                reply = await bot.decide(action, margin_usd=50 if action == "LONG" else 0)
                say(f"decided {action}: {reply.message}")
            except TradingError as error:
                # What became of it is told by its update, whenever that comes.
                say(f"no reply to {action}: {error}")

    async with connect(candles=100, on_candle=on_candle, on_order=books.updated, on_gap=lambda gap: say(f"gap {gap}")) as bot:
        while not STOP.exists():
            await asyncio.sleep(0.05)
        while True:
            # The same twice in a row, with nothing under way in between.
            before = json.dumps(books.orders, default=str)
            lists = {name: (await bot.rest(name, limit=1000))["items"] for name in ("orders", "fills", "positions")}
            await asyncio.sleep(0.5)
            if before == json.dumps(books.orders, default=str) and all(order["status"] in ("filled", "closed", "rejected", "canceled") for order in lists["orders"]) \
                    and len(lists["orders"]) == len(books.orders):
                break
        say("view " + json.dumps({"orders": list(books.orders.values()), "qty": str(books.qty), "cost": str(books.cost), "rest": lists}, default=str))


run(main)
