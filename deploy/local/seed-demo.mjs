// Demo groups, triggers and tokens over REST, written to demo.json. Running it again changes nothing.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Problem, readJson, sleep, writeJson } from "./lib/proc.mjs";

const PARALLEL = 16;

const members = [
  { name: "Technical analyst", role: "technical_analyst", provider: "rules", model: "indicators", system_prompt: "Reads trend and momentum from the candles." },
  { name: "Risk analyst", role: "risk_analyst", provider: "rules", model: "indicators", system_prompt: "Weighs volatility and distance to recent extremes." },
  { name: "Group leader", role: "group_leader", provider: "rules", model: "indicators", system_prompt: "Trades only when the weighed confidence is above the threshold." },
];

const group = (name, symbol, interval, hosted = false) => ({
  name,
  market: "crypto",
  symbol,
  interval,
  leverage: 10,
  margin_usdt: 100,
  position_mode: "oneway",
  active: true,
  hosted,
  members: hosted ? members : [],
});

/**
 * The demo's groups on a market (GET /api/v1/market): BTCUSDT on the usual candles where it has them, else its own symbol and its own. Groups of another
 * symbol or interval have other names, so what was seeded on another market stays as it is.
 */
export function demoGroups({ symbols, interval, intervals }, count) {
  const symbol = symbols.includes("BTCUSDT") || symbols.length === 0 ? "BTCUSDT" : symbols[0];
  const on = (usual) => (intervals.length === 0 || intervals.includes(usual) ? usual : interval);
  const suffix = [...(symbol === "BTCUSDT" ? [] : [symbol]), ...(on("15m") === "15m" ? [] : [on("15m")])].map((part) => `_${part.toLowerCase()}`).join("");
  return [
    group(`trade_crypto_${symbol.toLowerCase()}_${on("15m")}`, symbol, on("15m")),
    ...Array.from({ length: Math.max(0, count - 1) }, (_, i) => group(`demo${suffix}_${i + 2}`, symbol, on("15m"))),
    group(`house_crypto_${symbol.toLowerCase()}${on("1m") === "1m" ? "" : `_${on("1m")}`}`, symbol, on("1m"), true),
  ];
}

const trigger = (name) => ({ name, provider_name: "demo", model_name: "demo", active: true });

async function inParallel(items, work) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
  return results;
}

/** @param url page and REST address; @param wsUrl address that bots connect to; @param file demo.json */
export async function seedDemo({ url, wsUrl, username, password, groups, triggers, file, deadlineMs = 60_000 }) {
  const until = Date.now() + deadlineMs;
  let bearer = "";
  const call = async (method, route, body) => {
    for (;;) {
      let answer = "no answer";
      try {
        const response = await fetch(`${url}${route}`, {
          method,
          headers: { ...(bearer && { authorization: `Bearer ${bearer}` }), ...(body && { "content-type": "application/json" }) },
          body: body && JSON.stringify(body),
          signal: AbortSignal.timeout(10_000),
        });
        const text = await response.text();
        if (response.ok) return text ? JSON.parse(text) : null;
        answer = `${response.status} ${text.slice(0, 500)}`;
        // A service behind the front may still be coming up; what is refused stays refused.
        if (response.status < 500) throw Object.assign(new Problem(`${method} ${route}: ${answer}`), { status: response.status });
      } catch (e) {
        if (e instanceof Problem) throw e;
        if (answer === "no answer") answer = e.cause?.message ?? e.message;
      }
      if (Date.now() > until) throw new Problem(`${method} ${route}: ${answer}`);
      await sleep(250);
    }
  };
  const all = async (route) => {
    const items = [];
    let cursor = null;
    do {
      const page = await call("GET", `${route}?limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      items.push(...page.items);
      cursor = page.next;
    } while (cursor);
    return new Map(items.map((item) => [item.name, item]));
  };

  const create = async (kind, item) => {
    try {
      return await call("POST", `/api/v1/${kind}`, item);
    } catch (e) {
      // An earlier try had gone through and only its answer was lost.
      const made = e.status === 409 && (await all(`/api/v1/${kind}`)).get(item.name);
      if (made) return made;
      throw e;
    }
  };

  bearer = (await call("POST", "/api/v1/auth/login", { username, password })).access_token;
  const before = readJson(file);
  const ensure = async (kind, wanted) => {
    const known = await all(`/api/v1/${kind}`);
    const tokens = new Map((before?.[kind] ?? []).map((entry) => [entry.name, entry.token]));
    return inParallel(wanted, async (item) => {
      const there = known.get(item.name);
      const { id, symbol, interval } = there ?? (await create(kind, item));
      if (item.hosted) return null;
      // A token can be shown only once: the file keeps it from one start to the next.
      const held = there && tokens.get(item.name);
      return { name: item.name, symbol, interval, token: held || (await call("POST", `/api/v1/${kind}/${id}/tokens`, {})).token };
    });
  };

  let market = await call("GET", "/api/v1/market");
  while (market.source === "starting" && Date.now() < until) {
    await sleep(250);
    market = await call("GET", "/api/v1/market");
  }
  const triggerNames = Array.from({ length: triggers }, (_, i) => (i === 0 ? "demo_trigger" : `demo_trigger_${i + 1}`));
  const [seeded, raised] = [
    (await ensure("groups", demoGroups(market, groups))).filter(Boolean),
    await ensure("triggers", triggerNames.map(trigger)),
  ];
  const demo = { url, ws_url: wsUrl, admin: { username, password }, groups: seeded, triggers: raised };
  writeJson(file, demo);
  return demo;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { URL_BASE, WS_URL, ADMIN_USERNAME = "admin", ADMIN_PASSWORD, DEMO_GROUPS = "1", DEMO_TRIGGERS = "1", DEMO_FILE } = process.env;
  if (!URL_BASE || !ADMIN_PASSWORD || !DEMO_FILE) {
    process.stderr.write("usage: URL_BASE=http://… [WS_URL=ws://…/ws/events] ADMIN_PASSWORD=… DEMO_FILE=… node seed-demo.mjs\n");
    process.exit(2);
  }
  const wsUrl = WS_URL ?? `${URL_BASE.replace(/^http/, "ws")}/ws/events`;
  seedDemo({ url: URL_BASE, wsUrl, username: ADMIN_USERNAME, password: ADMIN_PASSWORD, groups: Number(DEMO_GROUPS), triggers: Number(DEMO_TRIGGERS), file: path.resolve(DEMO_FILE) })
    .then((demo) => process.stdout.write(`${demo.groups.length} groups, ${demo.triggers.length} triggers\n`))
    .catch((e) => {
      process.stderr.write(`${e.message}\n`);
      process.exit(1);
    });
}
