#!/usr/bin/python3
"""A direct algorithmic bot: buys when the RSI says oversold, closes when it says overbought. No model, no trigger.

Copy it, change `decide`. Settings: RSI_PERIOD (14), RSI_OVERSOLD (30), RSI_OVERBOUGHT (70), MARGIN_USD (50), and those of bot_kit.py.
"""
import os

from bot_kit import candle_bot, run
from indicators import rsi

PERIOD = int(os.environ.get("RSI_PERIOD", "14"))
OVERSOLD = float(os.environ.get("RSI_OVERSOLD", "30"))
OVERBOUGHT = float(os.environ.get("RSI_OVERBOUGHT", "70"))


def decide(closes, is_long):
    """LONG, CLOSE or None, with the reason."""
    value = rsi(closes, PERIOD)
    if value is None:
        return None, "too few candles"
    if value < OVERSOLD and not is_long:
        return "LONG", f"RSI {value:.1f} is below {OVERSOLD:.0f}"
    if value > OVERBOUGHT and is_long:
        return "CLOSE", f"RSI {value:.1f} is above {OVERBOUGHT:.0f}"
    return None, f"RSI {value:.1f}"


if __name__ == "__main__":
    run(lambda: candle_bot(decide))
