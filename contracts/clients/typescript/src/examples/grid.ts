// A grid around the price at the start: buys one unit at each line on the way down, sells one at each line on the way up.
// In one-way mode a SHORT while long only makes the position smaller, so the position is always minus the line the price is at.
// Settings: GRID_STEP_PCT (0.1, the distance of the lines), GRID_LINES (5 to each side), GRID_PACE_S (1, how often it looks), MARGIN_USD (50, one
// unit), and those of kit.ts.
import { connect, marginUsd, mustBeActive, run, trade } from "./kit.js";

const stepPct = Number(process.env.GRID_STEP_PCT ?? 0.1);
const lines = Number(process.env.GRID_LINES ?? 5);

/** How many whole steps the price is above the anchor, within the grid. */
const lineOf = (price: number, anchor: number) => Math.max(-lines, Math.min(lines, Math.trunc((price - anchor) / ((anchor * stepPct) / 100))));

await run(async () => {
  let anchor: number | undefined;
  let at = 0;
  const bot = await connect({
    market: `${Math.round(1000 * Number(process.env.GRID_PACE_S ?? 1))}ms`,
    onPrice: async ({ price }) => {
      anchor ??= price;
      const line = lineOf(price, anchor);
      if (line !== at && (await trade(bot, line < at ? "LONG" : "SHORT", `${price} is at line ${line}`, marginUsd * Math.abs(line - at)))) at = line;
    },
  });
  console.log(`connected as ${bot.ack?.config.group_name}, ${bot.ack?.config.symbol}`);
  await mustBeActive(bot);
  await bot.ended;
});
