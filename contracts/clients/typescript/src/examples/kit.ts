// What the examples share: addresses and tokens of `make run`, and prices over REST.
import { readFileSync } from "node:fs";
import { TradingClient, type Options } from "../sdk.js";

interface Demo {
  url: string;
  ws_url: string;
  admin?: { username: string; password: string };
  groups: { name: string; token: string }[];
}

function demo(): Demo {
  try {
    return JSON.parse(readFileSync(process.env.DEMO_FILE ?? ".data/demo.json", "utf8")) as Demo;
  } catch {
    return { url: "http://127.0.0.1:8000", ws_url: "ws://127.0.0.1:8000/ws/events", groups: [] };
  }
}

const DEMO = demo();

export function connect(handlers: Partial<Options>): Promise<TradingClient> {
  const token = process.env.TRADING_GROUP_TOKEN ?? DEMO.groups[0]?.token;
  if (!token) throw new Error("set TRADING_GROUP_TOKEN, or start `make run` and come back (DEMO_FILE names another demo.json)");
  return TradingClient.connect({
    url: process.env.WS_URL ?? DEMO.ws_url,
    token,
    protocol: process.env.PROTOCOL === "3" ? 3 : 2,
    onDisconnect: (d) => console.error(`disconnected (${d.code} ${d.reason}), again in ${Math.round(d.retry_in_ms)} ms`),
    ...handlers,
  });
}

let session: string | undefined;

async function call<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch((process.env.API_URL ?? DEMO.url) + path, {
    method: body ? "POST" : "GET",
    headers: { "content-type": "application/json", ...(session && { authorization: `Bearer ${session}` }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status === 401) session = undefined;
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

async function signIn(): Promise<void> {
  const { access_token } = await call<{ access_token: string }>("/api/v1/auth/login", {
    username: process.env.API_USERNAME ?? DEMO.admin?.username,
    password: process.env.API_PASSWORD ?? DEMO.admin?.password,
  });
  session = access_token;
}

/** The last price, from the candle of the moment. */
export async function price(symbol: string): Promise<number | undefined> {
  const ask = () => call<{ items: { close: number | string }[] }>(`/api/v1/candles?symbol=${symbol}&interval=1s&limit=1`);
  if (session === undefined) await signIn();
  const candles = await ask().catch(async (error: unknown) => {
    // A token is short-lived: it is refused, and forgotten, when it has ended.
    if (session !== undefined) throw error;
    await signIn();
    return ask();
  });
  const last = candles.items.at(-1);
  return last && Number(last.close);
}
