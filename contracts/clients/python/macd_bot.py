#!/usr/bin/python3
"""Follows the trend: long while the MACD line is above its signal line, out while it is below.

Settings: MACD_FAST (12), MACD_SLOW (26), MACD_SIGNAL (9), MARGIN_USD (50), and those of bot_kit.py.
"""
import os

from bot_kit import candle_bot, run
from indicators import macd

FAST, SLOW, SIGNAL = (int(os.environ.get(f"MACD_{name}", default)) for name, default in (("FAST", "12"), ("SLOW", "26"), ("SIGNAL", "9")))


def decide(closes, is_long):
    """LONG, CLOSE or None, with the reason."""
    values = macd(closes, FAST, SLOW, SIGNAL)
    if values is None:
        return None, "too few candles"
    line, signal = values
    if line > signal and not is_long:
        return "LONG", f"MACD {line:.2f} is above its signal {signal:.2f}"
    if line < signal and is_long:
        return "CLOSE", f"MACD {line:.2f} is below its signal {signal:.2f}"
    return None, f"MACD {'above' if line > signal else 'below'} its signal"


if __name__ == "__main__":
    run(lambda: candle_bot(decide))
