// What is told when the system stands: addresses, login, tokens, and where prices come from.
import { Problem, probe, say, sleep } from "./proc.mjs";

/** Waits for /readyz, and says now and then what is still missing. `died` ends the wait early with its reason. */
export async function waitReady(name, url, { died = () => null, deadlineMs = 120_000 } = {}) {
  const began = Date.now();
  let told = began;
  for (;;) {
    const reason = died();
    if (reason) throw new Problem(reason);
    const answer = await probe(`${url}/readyz`);
    if (answer?.status === 200) return;
    if (Date.now() - told > 5000) {
      told = Date.now();
      say(`still waiting for ${name}: ${missing(answer)}`);
    }
    if (Date.now() - began > deadlineMs) throw new Problem(`${name} is not ready after ${deadlineMs / 1000} s: ${missing(answer)}`);
    await sleep(100);
  }
}

function missing(answer) {
  if (!answer) return "no answer yet";
  try {
    const { checks } = JSON.parse(answer.text);
    return Object.keys(checks).filter((key) => !checks[key]).join(", ") || `status ${answer.status}`;
  } catch {
    return `status ${answer.status}`;
  }
}

/** Secrets go to a terminal only: what a pipe or a log of a job keeps, others read. `file` has them for us alone. */
export function announce(demo, file, terminal = process.stdout.isTTY) {
  if (!terminal) {
    process.stdout.write(`\nReady: ${demo.url}\n\n  bots     ${demo.ws_url}\n  login and tokens are in ${file}\n\n`);
    return;
  }
  const some = (items) => items.slice(0, 3).map((i) => `           ${i.name}  ${i.token}\n`).join("") + (items.length > 3 ? `           and ${items.length - 3} more in ${file}\n` : "");
  process.stdout.write(
    `\nReady: ${demo.url}\n\n` +
      `  login    ${demo.admin.username} / ${demo.admin.password}\n` +
      `  bots     ${demo.ws_url}\n` +
      `  group tokens\n${some(demo.groups)}` +
      (demo.triggers.length > 0 ? `  trigger tokens\n${some(demo.triggers)}` : "") +
      `  all of it in ${file}\n\n`,
  );
}

/** Tells the market feed's notice, once and whenever it changes. Returns a function that ends it. */
export function tellMarket({ url, admin }) {
  let bearer = null;
  let last = null;
  const look = async () => {
    try {
      if (!bearer) {
        const login = await fetch(`${url}/api/v1/auth/login`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(admin),
          signal: AbortSignal.timeout(5000),
        });
        bearer = (await login.json()).access_token;
      }
      const response = await fetch(`${url}/api/v1/market`, { headers: { authorization: `Bearer ${bearer}` }, signal: AbortSignal.timeout(5000) });
      if (response.status === 401) bearer = null;
      if (!response.ok) return;
      const { source, notice } = await response.json();
      const line = `market: ${source}${notice ? ` – ${notice}` : ""}`;
      if (line !== last) say(line);
      last = line;
    } catch {
      // The host is away for a moment; its supervisor says so.
    }
  };
  const timer = setInterval(look, 10_000);
  return { first: look(), stop: () => clearInterval(timer) };
}
