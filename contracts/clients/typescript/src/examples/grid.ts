// A grid around the price at the start: buys one unit at each line on the way down, sells one at each line on the way up.
// In one-way mode a SHORT while long only makes the position smaller, so the position is always minus the line the price is at.
import { NoReply, Stopped } from "../sdk.js";
import { connect, price } from "./kit.js";

const stepPct = Number(process.env.GRID_STEP_PCT ?? 0.1);
const lines = Number(process.env.GRID_LINES ?? 5);
const unitUsd = Number(process.env.MARGIN_USD ?? 50);
const everyMs = 1000 * Number(process.env.EVERY_S ?? 5);

const bot = await connect({});
const symbol = bot.ack?.config.symbol ?? "";
let anchor: number | undefined;
let at = 0;

/** How many whole steps the price is above the anchor, within the grid. */
const lineOf = (now: number, from: number) => Math.max(-lines, Math.min(lines, Math.trunc((now - from) / ((from * stepPct) / 100))));

for (;;) {
  try {
    const now = await price(symbol);
    anchor ??= now;
    const line = now === undefined || anchor === undefined ? at : lineOf(now, anchor);
    if (line !== at) {
      const action = line < at ? "LONG" : "SHORT";
      const reply = await bot.decide(action, { margin_usd: unitUsd * Math.abs(line - at), reasoning: `${now} is at line ${line}` });
      const update = reply.ok ? await bot.order(reply.decision_id!) : undefined;
      console.log(`${action}: ${now} is at line ${line} -> ${update?.status ?? reply.message} ${update?.qty ?? ""} at ${update?.avg_price ?? ""}`);
      if (update) at = line;
    }
  } catch (error) {
    if (error instanceof Stopped) throw error;
    if (!(error instanceof NoReply)) console.error(`not now: ${(error as Error).message}`);
  }
  await new Promise((resolve) => setTimeout(resolve, everyMs));
}
