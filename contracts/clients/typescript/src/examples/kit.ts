// What the example bots share: where the product is, the loop around a strategy, and how a bot ends.
//
// TRADING_GROUP_TOKEN and WS_URL say who and where; without them it is what `make run` wrote, .data/demo.json of this folder or one above. More
// settings: PROTOCOL (2), MARGIN_USD (50), DEADLINE_S (10, of any wait for the product), API_URL (where REST is not beside the socket).
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { NoReply, RestError, Stopped, TradingClient, type Candle, type CandleHistory, type Options, type OrderUpdate } from "../sdk.js";

const env = process.env;
export const marginUsd = Number(env.MARGIN_USD ?? 50);
/** A smoothed indicator depends on where it began: all bots begin it as far back. */
const HISTORY = 250;
const HELP: Record<string, string> = {
  INVALID_TOKEN: "TRADING_GROUP_TOKEN is not, or no longer, the token of a group; take one from the page or from .data/demo.json",
  TOKEN_IN_USE: "another program has this token's session: end it first, or give the bot a token of its own",
};

/** Something a person has to put right. */
export class Problem extends Error {}

interface Demo {
  url?: string;
  ws_url?: string;
  groups?: { name: string; token: string }[];
}

/** What `make run` wrote for you, in this folder or the nearest one above. Environment variables win over it. */
function demo(): Demo {
  let folder = process.cwd();
  while (!existsSync(path.join(folder, ".data/demo.json")) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  const file = env.DEMO_FILE || path.join(folder, ".data/demo.json");
  if (!env.DEMO_FILE && !existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Demo;
  } catch (error) {
    throw new Problem(`${file} is no demo.json: ${(error as Error).message}`);
  }
}

export type Bot = TradingClient & {
  /** Rejects when a handler cannot go on, or trying again cannot help. */
  ended: Promise<never>;
};

/** True for what may be over at the next try. */
const passes = (error: unknown) => error instanceof NoReply || (error instanceof RestError && (error.status === 429 || error.status >= 500));

export async function connect(handlers: Partial<Options>): Promise<Bot> {
  const wrote = env.TRADING_GROUP_TOKEN && env.WS_URL ? {} : demo();
  const token = env.TRADING_GROUP_TOKEN || wrote.groups?.[0]?.token;
  const url = env.WS_URL || wrote.ws_url;
  if (!token) throw new Problem("there is no token: set TRADING_GROUP_TOKEN and WS_URL, or start `make run`, which writes .data/demo.json (DEMO_FILE names another one)");
  if (!url) throw new Problem("there is no address: set WS_URL, such as 127.0.0.1:8000");
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => {});
  const bot = await TradingClient.connect({
    url,
    token,
    protocol: env.PROTOCOL === "3" ? 3 : 2,
    deadlineMs: 1000 * Number(env.DEADLINE_S ?? 10),
    // Where the services are apart, REST is at another address than the socket: demo.json has both, and API_URL is for who sets WS_URL.
    restUrl: env.API_URL || (env.WS_URL ? undefined : wrote.url),
    onDisconnect: (d) => console.log(`disconnected (${d.code} ${d.reason}), again in ${Math.round(d.retry_in_ms)} ms`),
    onError: (error) => (passes(error) ? console.log(`not now: ${(error as Error).message}`) : fail(error)),
    ...handlers,
  });
  void bot.stopped().then(fail);
  return Object.assign(bot, { ended: failed });
}

export async function mustBeActive(bot: TradingClient): Promise<void> {
  const { items } = await bot.rest<{ items: { name: string; active: boolean }[] }>("groups");
  if (!items[0]?.active) throw new Problem(`the group ${items[0]?.name} is switched off: switch it on at the page first`);
}

/** Decides and waits for the end of the order. Undefined if there was none. */
export async function trade(bot: TradingClient, action: string, reason: string, margin_usd = marginUsd): Promise<OrderUpdate | undefined> {
  const reply = await bot.decide(action, { margin_usd, reasoning: reason });
  if (reply.code === "GROUP_INACTIVE") throw new Problem("the group is switched off: switch it on at the page first");
  if (!reply.ok) {
    console.log(`${action}: ${reason} -> ${reply.message} ${reply.code ?? ""} ${JSON.stringify(reply.detail)}`);
    return undefined;
  }
  const update = await bot.order(reply.decision_id!);
  console.log(`${action}: ${reason} -> ${update.status} ${update.qty} ${update.symbol} at ${update.avg_price} ${update.reason?.message ?? ""}`);
  return update.status === "rejected" || update.status === "canceled" ? undefined : update;
}

/** LONG, CLOSE or undefined, with the reason. */
export type Decide = (closes: number[], isLong: boolean) => { action?: "LONG" | "CLOSE"; reason: string };

/** Asks `decide` at the start and whenever a candle closes. */
export async function candleBot(decide: Decide): Promise<never> {
  // From REST at the start, from the order updates after that; undefined while it is not known.
  let isLong: boolean | undefined;
  let told = "";
  const updated = (update: OrderUpdate) => {
    if (update.status === "filled") isLong = update.side === "BUY";
    else if (["closed", "stopped", "took_profit"].includes(update.status)) isLong = false;
  };
  const load = async () => {
    const { items } = await bot.rest<{ items: { symbol: string; qty: number }[] }>("positions");
    return items.some((p) => p.symbol === bot.ack?.config.symbol && p.qty > 0);
  };
  const look = async (frame: Candle | CandleHistory) => {
    if (frame.frame === "history" && frame.note) throw new Problem(frame.note);
    // The history that follows ends with the newest.
    if (frame.frame === "candle" && frame.replayed) return;
    isLong ??= await load();
    const { action, reason } = decide(bot.candles.map((candle) => candle.close), isLong);
    const update = action && (await trade(bot, action, reason));
    if (update) updated(update);
    else if (!action && reason !== told) console.log(reason);
    told = reason;
  };
  const bot = await connect({ candles: HISTORY, onHistory: look, onCandle: look, onOrder: updated, onGap: () => void (isLong = undefined) });
  console.log(`connected as ${bot.ack?.config.group_name}, ${bot.ack?.config.symbol} ${bot.ack?.config.interval}`);
  await mustBeActive(bot);
  return bot.ended;
}

/** Runs a bot until Ctrl-C, or until going on makes no sense: then it says why and ends with 1. */
export async function run(main: () => Promise<unknown>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof Stopped) console.error(`error: refused: ${message}\nhelp: ${HELP[error.reason] ?? "see PROTOCOL.md, Closing"}`);
    else if (error instanceof NoReply) console.error(`error: ${message}\nhelp: is the product running? Start \`make run\`, or set WS_URL to where it is`);
    else if (error instanceof Problem || error instanceof RestError || error instanceof RangeError) console.error(`error: ${message}`);
    else console.error(error);
    process.exit(1);
  }
}
