// Indicators of the example bots, the same in every language.

/** Wilder's relative strength index of the last close, or undefined while there are too few. */
export function rsi(closes: number[], period: number): number | undefined {
  if (closes.length <= period) return undefined;
  const changes = closes.slice(1).map((close, i) => close - closes[i]!);
  const mean = (of: (change: number) => number) => changes.slice(0, period).reduce((sum, change) => sum + of(change), 0) / period;
  let gain = mean((change) => Math.max(change, 0));
  let loss = mean((change) => Math.max(-change, 0));
  for (const change of changes.slice(period)) {
    gain = (gain * (period - 1) + Math.max(change, 0)) / period;
    loss = (loss * (period - 1) + Math.max(-change, 0)) / period;
  }
  if (gain === 0 && loss === 0) return 50;
  return loss === 0 ? 100 : 100 - 100 / (1 + gain / loss);
}

/** The exponential moving average at every value; the first is its own average. */
export function ema(values: number[], period: number): number[] {
  const weight = 2 / (period + 1);
  const averages = values.slice(0, 1);
  for (const value of values.slice(1)) averages.push(averages.at(-1)! + weight * (value - averages.at(-1)!));
  return averages;
}

/** Line and signal line at the last close, or undefined while there are too few. */
export function macd(closes: number[], fast: number, slow: number, signal: number): { line: number; signal: number } | undefined {
  if (closes.length < slow + signal) return undefined;
  const lazy = ema(closes, slow);
  const line = ema(closes, fast).map((quick, i) => quick - lazy[i]!);
  return { line: line.at(-1)!, signal: ema(line, signal).at(-1)! };
}
