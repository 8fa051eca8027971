#!/usr/bin/python3
"""Follows the trend: long while the MACD line is above its signal line, out while it is below.

Settings: MACD_FAST (12), MACD_SLOW (26), MACD_SIGNAL (9), and those of bot_kit.py.
"""
import os

from bot_kit import candle_bot, run

FAST, SLOW, SIGNAL = (int(os.environ.get(f"MACD_{name}", default)) for name, default in (("FAST", "12"), ("SLOW", "26"), ("SIGNAL", "9")))


def ema(values, period):
    """The exponential moving average at every value; the first is its own average."""
    weight, averages = 2 / (period + 1), values[:1]
    for value in values[1:]:
        averages.append(averages[-1] + weight * (value - averages[-1]))
    return averages


def macd(closes):
    """Line and signal at the last close, or None while there are too few."""
    if len(closes) < SLOW + SIGNAL:
        return None
    line = [fast - slow for fast, slow in zip(ema(closes, FAST), ema(closes, SLOW))]
    return line[-1], ema(line, SIGNAL)[-1]


def decide(closes, is_long):
    """LONG, CLOSE or None, with the reason."""
    values = macd(closes)
    if values is None:
        return None, "too few candles"
    line, signal = values
    if line > signal and not is_long:
        return "LONG", f"MACD {line:.2f} is above its signal {signal:.2f}"
    if line < signal and is_long:
        return "CLOSE", f"MACD {line:.2f} is below its signal {signal:.2f}"
    return None, f"MACD {'above' if line > signal else 'below'} its signal"


if __name__ == "__main__":
    run(candle_bot(decide))
