// make up-local / down-local: six service processes on RabbitMQ and PostgreSQL of the operating system.
//   node up-local.mjs [up] | down | status | restart NAME
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { canListen, freePort, living, notePid, Problem, readJson, ROOT, run, say, stopPid, writeJson } from "./lib/proc.mjs";
import { initPostgres, startPostgres, stopPostgres, systemBin } from "./lib/postgres.mjs";
import { accountKeys, checkTools, prepare, secrets, serviceDll, SERVICES, settings } from "./lib/prepare.mjs";
import { rotate } from "./lib/logs.mjs";
import { PORTS, startRabbit, stopRabbit } from "./lib/rabbit.mjs";
import { announce, tellMarket, waitReady } from "./lib/ready.mjs";
import { howToInstall, missingServers } from "./lib/servers.mjs";
import { seedDemo } from "./seed-demo.mjs";

// Order of the ports from PORT on; whoever others ask comes before them.
const NAMES = ["gateway", "dashboard", "trigger", "trading-group", "execution", "diary"];
const SERVERS = ["postgres", "rabbitmq"];

const options = settings();
const local = path.join(options.dataDir, "local");
const stateFile = path.join(local, "state.json");
const pidFile = (name) => path.join(local, "pids", `${name}.json`);
const logFile = (name) => path.join(local, "logs", `${name}.log`);
const portOf = (state, name) => state.port + NAMES.indexOf(name);
const urlOf = (state, name) => `http://127.0.0.1:${portOf(state, name)}`;

async function installServers() {
  const missing = missingServers();
  if (missing.length === 0) return;
  if (process.getuid() !== 0 || !fs.existsSync("/usr/bin/apt-get")) throw new Problem(howToInstall(missing));
  say(`installing ${missing.join(" and ")} …`);
  await run(path.join(ROOT, "deploy/local/apt-install.sh"), missing, { log: logFile("apt"), label: "apt-get install" });
}

function serviceEnv(name, state, keys) {
  const env = {
    ASPNETCORE_URLS: urlOf(state, name),
    PORT: String(portOf(state, name)),
    CONNECTIONSTRINGS__POSTGRES: `Host=127.0.0.1;Port=${state.postgres};Username=trading;Password=${keys.postgres_password};Database=postgres;Maximum Pool Size=40`,
    AUTH__JWTKEY: keys.jwt_key,
    AUTH__ADMINUSERNAME: keys.admin_username,
    AUTH__ADMINPASSWORD: keys.admin_password,
    BUS__TRANSPORT: "RabbitMq",
    BUS__RABBITMQ: `amqp://guest:guest@127.0.0.1:${state.rabbitmq}/`,
    MARKET: state.market,
  };
  if (name === "execution") Object.assign(env, accountKeys(options.dataDir));
  if (name === "dashboard") {
    for (const other of NAMES.filter((n) => n !== "dashboard")) env[`FORWARD__${other.replace("-", "").toUpperCase()}`] = urlOf(state, other);
  }
  return env;
}

async function startService(name, state, keys) {
  await stopPid(pidFile(name));
  const port = portOf(state, name);
  if (!(await canListen(port))) throw new Problem(`port ${port} for ${name} is in use on 127.0.0.1; set PORT so that PORT..PORT+5 are free`);
  rotate(logFile(name));
  fs.mkdirSync(path.dirname(logFile(name)), { recursive: true });
  const out = fs.openSync(logFile(name), "a", 0o600);
  const env = serviceEnv(name, state, keys);
  const cmd = ["dotnet", serviceDll(name)];
  const child = spawn(cmd[0], cmd.slice(1), { cwd: ROOT, env: { ...process.env, ...env }, stdio: ["ignore", out, out], detached: true });
  fs.closeSync(out);
  child.unref();
  await notePid(pidFile(name), child.pid, serviceDll(name), { cmd, env, cwd: ROOT, port, log: logFile(name) });
}

/** Ends by itself when nothing of the system lives any more. */
async function keepLogs() {
  if (living(pidFile("logs"))) return;
  const keeper = path.join(ROOT, "deploy/local/lib/logs.mjs");
  const child = spawn(process.execPath, [keeper, path.join(local, "logs"), path.join(local, "pids")], { cwd: ROOT, stdio: "ignore", detached: true });
  child.unref();
  await notePid(pidFile("logs"), child.pid, keeper);
}

const startServer = {
  postgres: (state) =>
    startPostgres({ bin: systemBin(path.join(local, "postgres")), dataDir: path.join(local, "postgres"), port: state.postgres, pidFile: pidFile("postgres"), log: logFile("postgres"), detached: true, record: { port: state.postgres } }),
  rabbitmq: (state) => startRabbit({ dir: path.join(local, "rabbitmq"), port: state.rabbitmq, pidFile: pidFile("rabbitmq"), record: { port: state.rabbitmq } }),
};

const readyService = (name, state) =>
  waitReady(name, urlOf(state, name), {
    died: () => (living(pidFile(name)) ? null : `${name} ended while starting; see ${logFile(name)}\n${fs.readFileSync(logFile(name), "utf8").split("\n").slice(-30).join("\n")}`),
  });

async function up() {
  checkTools();
  const keys = secrets(options.dataDir);
  if (living(path.join(options.dataDir, "pids/run.json")) && options.port === Number(readJson(path.join(options.dataDir, "demo.json"))?.url?.split(":").pop())) {
    throw new Problem(`make run uses port ${options.port}; stop it first or set PORT`);
  }
  await installServers();
  const before = readJson(stateFile);
  const state = { port: options.port, market: options.market };
  // Ports stay those of before while they can, so that an up beside a running system changes nothing.
  state.postgres = living(pidFile("postgres")) ? before.postgres : await freePort(before?.postgres);
  state.rabbitmq = living(pidFile("rabbitmq")) ? before.rabbitmq : await freePort(before?.rabbitmq, PORTS);
  const same = before?.port === state.port && before?.market === state.market && before?.postgres === state.postgres && before?.rabbitmq === state.rabbitmq;
  if (!same) for (const name of NAMES) await stopPid(pidFile(name));
  writeJson(stateFile, state);

  const servers = SERVERS.map((name) => async () => {
    if (living(pidFile(name))) return;
    if (name === "postgres") {
      await initPostgres({ bin: systemBin(path.join(local, "postgres")), dataDir: path.join(local, "postgres"), password: keys.postgres_password, log: logFile("postgres") });
    }
    await startServer[name](state);
    say(`${name} on 127.0.0.1:${state[name]}`);
  });
  await prepare(options.dataDir, servers);

  const missing = NAMES.filter((name) => !living(pidFile(name)));
  if (missing.length > 0) say(`migrating ${missing.join(", ")} …`);
  for (const name of missing) {
    await run("dotnet", [serviceDll(name), "--migrate"], { cwd: ROOT, env: { ...process.env, ...serviceEnv(name, state, keys) }, log: logFile(name), label: `${name} --migrate` });
  }
  await keepLogs();
  for (const name of missing) await startService(name, state, keys);
  if (missing.length > 0) say(`started ${missing.join(", ")}`);
  await Promise.all(NAMES.map((name) => readyService(name, state)));
  say("seeding the demo …");
  const file = path.join(options.dataDir, "demo.json");
  const demo = await seedDemo({
    url: urlOf(state, "dashboard"),
    wsUrl: `ws://127.0.0.1:${portOf(state, "gateway")}/ws/events`,
    username: keys.admin_username,
    password: keys.admin_password,
    groups: options.demoGroups,
    triggers: options.demoTriggers,
    file,
  });
  const market = tellMarket(demo);
  await market.first;
  market.stop();
  announce(demo, file);
  say(`logs: ${path.join(local, "logs")}; make down-local stops everything`);
}

async function down() {
  const state = readJson(stateFile);
  const stopped = (await Promise.all(NAMES.map(async (name) => ((await stopPid(pidFile(name))) ? name : null)))).filter(Boolean);
  if (await stopRabbit({ port: state?.rabbitmq ?? 0, pidFile: pidFile("rabbitmq") })) stopped.push("rabbitmq");
  if (await stopPostgres(pidFile("postgres"))) stopped.push("postgres");
  await stopPid(pidFile("logs"));
  say(stopped.length > 0 ? `stopped ${stopped.join(", ")}` : "nothing was running");
}

function status() {
  for (const name of [...SERVERS, ...NAMES]) {
    const record = living(pidFile(name));
    process.stdout.write(`${name.padEnd(14)} ${record ? `pid ${record.pid}  port ${record.port}` : "not running"}\n`);
  }
}

async function restart(name) {
  const state = readJson(stateFile);
  if (!state || ![...SERVERS, ...NAMES].includes(name)) throw new Problem(`usage: up-local.mjs restart ${[...NAMES, ...SERVERS].join("|")} (after make up-local)`);
  if (SERVERS.includes(name)) await startServer[name](state);
  else await startService(name, state, secrets(options.dataDir));
  say(`${name} started, pid ${living(pidFile(name))?.pid}`);
}

const [command = "up", name] = process.argv.slice(2);
const commands = { up, down, status, restart };
Promise.resolve()
  .then(() => (commands[command] ?? (() => { throw new Problem("usage: up-local.mjs [up] | down | status | restart NAME"); }))(name))
  .then(() => process.exit(0))
  .catch((e) => {
    process.stderr.write(`\n${e instanceof Problem ? e.message : e.stack}\n`);
    process.exit(1);
  });
