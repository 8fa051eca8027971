// A direct algorithmic bot: buys when the RSI says oversold, closes when it says overbought. No model, no trigger.
// Copy it, change `decide`. Settings: RSI_PERIOD (14), RSI_OVERSOLD (30), RSI_OVERBOUGHT (70), MARGIN_USD (50), and those of kit.ts.
import { rsi } from "./indicators.js";
import { candleBot, run, type Decide } from "./kit.js";

const period = Number(process.env.RSI_PERIOD ?? 14);
const oversold = Number(process.env.RSI_OVERSOLD ?? 30);
const overbought = Number(process.env.RSI_OVERBOUGHT ?? 70);

const decide: Decide = (closes, isLong) => {
  const value = rsi(closes, period);
  if (value === undefined) return { reason: "too few candles" };
  if (value < oversold && !isLong) return { action: "LONG", reason: `RSI ${value.toFixed(1)} is below ${oversold}` };
  if (value > overbought && isLong) return { action: "CLOSE", reason: `RSI ${value.toFixed(1)} is above ${overbought}` };
  return { reason: `RSI ${value.toFixed(1)}` };
};

await run(() => candleBot(decide));
