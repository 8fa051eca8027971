"""Indicators of the example bots, the same in every language."""


def rsi(closes, period):
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


def ema(values, period):
    """The exponential moving average at every value; the first is its own average."""
    weight, averages = 2 / (period + 1), values[:1]
    for value in values[1:]:
        averages.append(averages[-1] + weight * (value - averages[-1]))
    return averages


def macd(closes, fast, slow, signal):
    """Line and signal line at the last close, or None while there are too few."""
    if len(closes) < slow + signal:
        return None
    line = [quick - lazy for quick, lazy in zip(ema(closes, fast), ema(closes, slow))]
    return line[-1], ema(line, signal)[-1]
