// make first-fill: how long it takes from a clone to the first fill of one's own bot, as the READMEs say it. Clones the commit that is checked
// out into a folder of its own, starts make run there and follows each README until its bot is filled; then once more with everything built.
//   EMPTY_CACHES=true   also downloads every package anew, as a machine does that never built anything
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { abandonForeground, freePort, identify, Problem, ROOT, run, say, signal, sleep, stopPid } from "./lib/proc.mjs";
import { blockOf, commands, firstExample, firstProgram } from "./lib/readme.mjs";

const GOALS = { cold: 300, warm: 40 };
// Generous: what is asserted is that a fill comes. How soon is printed beside the goals.
const DEADLINES = { start: 900_000, restart: 180_000, prepare: 600_000, fill: 180_000 };
/** How often the demo trigger raises an event for a bot that waits for one. */
const EVERY = 2_000;
const BOT = { readme: "README.md", heading: "A bot in thirty lines" };
const SDKS = ["python", "typescript", "dotnet"].map((name) => ({ name, readme: `contracts/clients/${name}/README.md` }));

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "first-fill-"));
const clone = path.join(folder, "clone");
const data = path.join(clone, ".data");
const children = new Set();
let env = { ...process.env };

const seconds = (since) => (Date.now() - since) / 1000;
const read = (name) => fs.readFileSync(path.join(clone, name), "utf8");

/** A program in a process group of its own, whose output is kept. */
function start(command, { cwd = clone, more = {}, name }) {
  const log = path.join(folder, `${name}.log`);
  const out = fs.openSync(log, "w", 0o600);
  const child = spawn("bash", ["-c", command], { cwd, env: { ...env, PYTHONUNBUFFERED: "1", ...more }, stdio: ["ignore", out, out], detached: true });
  fs.closeSync(out);
  const program = { child, log, ended: null, output: () => fs.readFileSync(log, "utf8") };
  child.once("error", (e) => { program.ended = e.message; });
  child.once("exit", (code, by) => { program.ended = by ?? `exit code ${code}`; });
  children.add(program);
  return program;
}

/** Asks the group to end as Ctrl-C does, and after the deadline ends it. */
async function stop(program, deadlineMs = 10_000) {
  const { pid } = program.child;
  for (const [name, ms] of [["SIGINT", deadlineMs], ["SIGKILL", 5_000]]) {
    if (pid && alive(pid)) signal(-pid, name);
    for (const until = Date.now() + ms; pid && alive(pid) && Date.now() < until;) await sleep(50);
  }
  children.delete(program);
}

/** Whether anything of a process group lives; a zombie does not. */
const alive = (group) =>
  fs.readdirSync("/proc").some((pid) => {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      return /^\d+$/.test(pid) && stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2] === String(group) && identify(pid) !== null;
    } catch {
      return false;
    }
  });

async function until(what, program, deadlineMs, found) {
  for (const end = Date.now() + deadlineMs; Date.now() < end; await sleep(50)) {
    const result = await found();
    if (result) return result;
    if (program.ended) break;
  }
  throw new Problem(`${what}: ${program.ended ? `it ended (${program.ended})` : `not within ${deadlineMs / 1000} s`}\n${program.output().split("\n").slice(-25).join("\n")}`);
}

async function product(port, deadlineMs) {
  const program = start("make run", { more: { PORT: String(port), DATA_DIR: data, MARKET: "simulated" }, name: "make-run" });
  await until("make run is ready", program, deadlineMs, () => program.output().includes("Ready: "));
  return program;
}

async function stopProduct(program) {
  await stop(program, 45_000);
  // What a killed make run leaves.
  for (const name of ["host", "postgres"]) await stopPid(path.join(data, `pids/${name}.json`));
}

/** The group's orders, as its owner sees them on the page. */
async function orders() {
  const demo = JSON.parse(read(".data/demo.json"));
  const call = async (route, init = {}) => {
    const response = await fetch(`${demo.url}${route}`, { ...init, signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Problem(`${route} answers ${response.status}`);
    return response.json();
  };
  const body = JSON.stringify(demo.admin);
  const { access_token: bearer } = await call("/api/v1/auth/login", { method: "POST", headers: { "content-type": "application/json" }, body });
  const headers = { authorization: `Bearer ${bearer}` };
  const group = (await call("/api/v1/groups?limit=1000", { headers })).items.find((g) => g.name === demo.groups[0].name);
  return async () => (await call(`/api/v1/orders?group_id=${group.id}&limit=100`, { headers })).items.filter((o) => o.avg_price);
}

/** Runs a program until it was filled and has printed so; its seconds. */
async function fill(name, { program, cwd, more, raises }) {
  const filled = await orders();
  const before = new Set((await filled()).map((o) => o.id));
  const began = Date.now();
  const bot = start(program, { cwd, more, name });
  try {
    // Its own words: the fill of another would not be in them.
    let next = Date.now() + EVERY;
    return await until(`${name} prints a fill of its own`, bot, DEADLINES.fill, async () => {
      if (raises && Date.now() > next) {
        await raise();
        next = Date.now() + EVERY;
      }
      if (!/\bfilled\b/i.test(bot.output())) return null;
      const took = seconds(began);
      return (await filled()).some((o) => !before.has(o.id)) ? took : null;
    });
  } finally {
    await stop(bot);
  }
}

/** What the root README's part says: the program as it stands there, under the name its command gives it. */
function ownBot() {
  const readme = read(BOT.readme);
  const source = blockOf(readme, "python", BOT.heading);
  const command = commands(blockOf(readme, "sh", BOT.heading)?.text ?? "").map((c) => c.command).find((c) => /\bpython3? \S+\.py$/.test(c));
  if (!source || !command) throw new Problem(`${BOT.readme} has no python block and command under '${BOT.heading}'`);
  fs.writeFileSync(path.join(clone, command.split(" ").at(-1)), source.text);
  return { name: "README", prepare: "", program: command, cwd: clone };
}

/** Paths in a README's commands are either the repository's or its own folder's. */
function sdkBot({ name, readme }) {
  const own = path.join(clone, path.dirname(readme));
  const example = firstExample(read(readme));
  if (example) {
    const fromRoot = example.program.split(/\s+/).some((word) => word.startsWith("contracts/") || word.startsWith("./contracts/"));
    return { name, ...example, cwd: fromRoot ? clone : own };
  }
  const whole = firstProgram(read(readme));
  if (!whole) return { name, none: `${readme} has no first example that is told to be filled` };
  const demo = JSON.parse(read(".data/demo.json"));
  // It decides on events, which the market would raise in its own time.
  return { name, ...saved(whole, own), raises: true, more: { TRADING_GROUP_TOKEN: demo.groups[0].token, WS_URL: demo.ws_url, DEMO_FILE: path.join(data, "demo.json") } };
}

/** Puts a README's program where its language wants it; the README's folder is that of the SDK. */
function saved({ language, text, project }, own) {
  const write = (dir, name, content) => {
    fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(path.join(dir, name), content);
  };
  if (language === "python") {
    write(own, "first_example.py", text);
    return { prepare: "", program: "/usr/bin/python3 first_example.py", cwd: own };
  }
  // A project of its own, as one of another repository is.
  if (language === "ts") {
    const dir = path.join(folder, "first-example-ts");
    write(dir, "package.json", '{ "type": "module" }\n');
    write(dir, "first-example.ts", text);
    const build = `(cd ${own} && npm ci --no-audit --no-fund && npm run --silent build) && npm install --no-audit --no-fund ${own}`;
    const compile = `${own}/node_modules/.bin/tsc --strict --target es2022 --module nodenext --types node --typeRoots ${own}/node_modules/@types first-example.ts`;
    return { prepare: `${build} && ${compile}`, program: "node first-example.js", cwd: dir };
  }
  const dir = path.join(folder, "first-example");
  write(dir, "first-example.csproj", (project ?? "").replace(/Include="[^"]*\/contracts\/clients\//, `Include="${clone}/contracts/clients/`));
  write(dir, "Program.cs", text);
  return { prepare: "dotnet build -c Release -v q --nologo", program: "dotnet run -c Release --no-build", cwd: dir };
}

/** An event of the demo trigger, as `make bot ARGS="replay …"` would raise it. */
function raise() {
  const demo = JSON.parse(read(".data/demo.json"));
  const frame = { type: "event", event_type: "immediate", targets: [demo.groups[0].name], title: "BTCUSDT moves", payload: "{}" };
  const script = `import asyncio, os, websockets
async def main():
    async with websockets.connect(os.environ["WS_URL"] + "?trigger_token=" + os.environ["TOKEN"]) as ws:
        await ws.recv()
        await ws.send(os.environ["FRAME"])
        await ws.recv()
asyncio.run(main())`;
  const raising = { ...env, WS_URL: demo.ws_url, TOKEN: demo.triggers[0].token, FRAME: JSON.stringify(frame) };
  return run("timeout", ["20", "/usr/bin/python3", "-c", script], { env: raising, log: path.join(folder, "raise.log"), label: "an event of the demo trigger" });
}

async function measure(bot, isCold) {
  const began = Date.now();
  if (isCold && bot.prepare) {
    const limited = ["--kill-after=10", String(DEADLINES.prepare / 1000), "bash", "-c", bot.prepare];
    await run("timeout", limited, { cwd: bot.cwd, env, log: path.join(folder, `${bot.name}-prepare.log`), label: bot.prepare });
  }
  const prepared = seconds(began);
  return prepared + (await fill(`${bot.name}-${isCold ? "cold" : "warm"}`, bot));
}

/** One start of the product and a fill of every bot; seconds from the start's beginning as if each bot were the only one. */
async function round(kind, port, before, results) {
  const began = Date.now();
  const program = await product(port, kind === "cold" ? DEADLINES.start : DEADLINES.restart);
  const ready = before + seconds(began);
  say(`${kind}: ready after ${ready.toFixed(1)} s`);
  try {
    for (const bot of [ownBot(), ...SDKS.map(sdkBot)]) {
      const result = (results[bot.name] ??= {});
      if (bot.none) {
        result.none = bot.none;
        continue;
      }
      try {
        result[kind] = ready + (await measure(bot, kind === "cold"));
        say(`${kind}: ${bot.name} has its fill after ${result[kind].toFixed(1)} s`);
      } catch (e) {
        if (!(e instanceof Problem)) throw e;
        result[`${kind}Failed`] = true;
        say(`${kind}: ${e.message}`);
      }
    }
  } finally {
    await stopProduct(program);
  }
}

function caches() {
  if (process.env.EMPTY_CACHES === "true") {
    env = { ...env, NUGET_PACKAGES: path.join(folder, "nuget"), NUGET_HTTP_CACHE_PATH: path.join(folder, "nuget-http"), npm_config_cache: path.join(folder, "npm") };
    return "caches of NuGet and npm: empty, every package is downloaded";
  }
  const there = (name, where) => `${name} ${fs.existsSync(where) && fs.readdirSync(where).length > 0 ? "warm" : "empty"}`;
  const nuget = there("NuGet's", env.NUGET_PACKAGES ?? path.join(os.homedir(), ".nuget/packages"));
  const npm = there("npm's", env.npm_config_cache ?? path.join(os.homedir(), ".npm/_cacache"));
  return `caches: ${nuget}, ${npm}; with a warm one cold has no downloads in it (EMPTY_CACHES=true has them)`;
}

function report(results, note) {
  let [passed, failed] = [0, 0];
  const cell = (result, kind) => {
    if (result.none) return "-";
    if (result[kind] === undefined) return "no fill";
    return `${result[kind].toFixed(1)} s`;
  };
  process.stdout.write(`\n${"first fill".padEnd(14)}${"cold".padStart(10)}${"warm".padStart(10)}\n`);
  for (const [name, result] of Object.entries(results)) {
    process.stdout.write(`${name.padEnd(14)}${cell(result, "cold").padStart(10)}${cell(result, "warm").padStart(10)}${result.none ? `   ${result.none}` : ""}\n`);
    for (const kind of ["cold", "warm"]) {
      if (result.none) continue;
      if (result[kind] === undefined) failed++;
      else passed++;
    }
  }
  process.stdout.write(`${"goal".padEnd(14)}${`${GOALS.cold} s`.padStart(10)}${`${GOALS.warm} s`.padStart(10)}\n${note}\n\nfirst fill: ${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0;
}

let ending = null;

/** Nothing of ours outlives us. */
function end(code) {
  ending ??= (async () => {
    abandonForeground();
    await Promise.all([...children].map((program) => stop(program, 45_000)));
    for (const name of ["host", "postgres"]) await stopPid(path.join(data, `pids/${name}.json`));
    fs.rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  })();
  return ending;
}

async function git(...args) {
  const log = path.join(folder, "git.log");
  fs.rmSync(log, { force: true });
  await run("git", args, { log, label: `git ${args[0]}` });
  return fs.readFileSync(log, "utf8").trim();
}

/** What a build or a start made; a clone has none of it. */
const MADE = new Set(["bin", "obj", "node_modules", "dist", "wwwroot", ".data"]);

/** Clones the commit that is checked out. Where the folder is no repository, or not one that git opens for this user, its sources are copied instead. */
async function copy() {
  let commit;
  try {
    commit = await git("rev-parse", "HEAD");
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    say("git has no commit here: the folder's sources are copied instead of cloned");
    fs.cpSync(ROOT, clone, { recursive: true, filter: (source) => !MADE.has(path.basename(source)) });
    return;
  }
  if (await git("status", "--porcelain")) say("the working tree has uncommitted changes; what is measured is the commit without them");
  say(`clones ${commit.slice(0, 12)}`);
  await git("clone", "--quiet", ROOT, clone);
  await git("-C", clone, "checkout", "--quiet", "--detach", commit);
}

async function main() {
  const note = caches();
  say(`into ${clone}; ${note}`);
  const began = Date.now();
  await copy();
  const port = await freePort();
  const results = {};
  await round("cold", port, seconds(began), results);
  await round("warm", port, 0, results);
  return report(results, note) ? 0 : 1;
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => void end(130));

main().then(end, (e) => {
  if (!ending) process.stderr.write(`\n${e instanceof Problem ? e.message : e.stack}\n\nfirst fill: 0 passed, 1 failed\n`);
  return end(1);
});
