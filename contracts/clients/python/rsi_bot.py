#!/usr/bin/python3
"""A direct algorithmic bot: buys when the RSI says oversold, closes when it says overbought. No model, no trigger.

Copy it, change `decide`. Settings: RSI_PERIOD (14), RSI_OVERSOLD (30), RSI_OVERBOUGHT (70), and those of bot_kit.py.
"""
import os

from bot_kit import candle_bot, run

PERIOD = int(os.environ.get("RSI_PERIOD", "14"))
OVERSOLD = float(os.environ.get("RSI_OVERSOLD", "30"))
OVERBOUGHT = float(os.environ.get("RSI_OVERBOUGHT", "70"))


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


if __name__ == "__main__":
    run(candle_bot(decide))
