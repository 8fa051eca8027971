// Follows the trend: long while the MACD line is above its signal line, out while it is below.
// Settings: MACD_FAST (12), MACD_SLOW (26), MACD_SIGNAL (9), MARGIN_USD (50), and those of kit.ts.
import { macd } from "./indicators.js";
import { candleBot, run, type Decide } from "./kit.js";

const fast = Number(process.env.MACD_FAST ?? 12);
const slow = Number(process.env.MACD_SLOW ?? 26);
const signal = Number(process.env.MACD_SIGNAL ?? 9);

const decide: Decide = (closes, isLong) => {
  const values = macd(closes, fast, slow, signal);
  if (!values) return { reason: "too few candles" };
  const told = `${values.line.toFixed(2)} is ${values.line > values.signal ? "above" : "below"} its signal ${values.signal.toFixed(2)}`;
  if (values.line > values.signal && !isLong) return { action: "LONG", reason: `MACD ${told}` };
  if (values.line < values.signal && isLong) return { action: "CLOSE", reason: `MACD ${told}` };
  return { reason: `MACD ${values.line > values.signal ? "above" : "below"} its signal` };
};

await run(() => candleBot(decide));
