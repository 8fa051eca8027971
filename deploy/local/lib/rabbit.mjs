// A private RabbitMQ node from the operating system's package: its own folder, ports and epmd, all on loopback.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { canConnect, identify, living, notePid, Problem, signal, sleep, stopPid, writeFile } from "./proc.mjs";

const PROGRAM = "usr/lib/rabbitmq/bin/rabbitmq-server";
const SERVER = `/${PROGRAM}`;
// The name is part of the data folder's name and must not change with the port.
const NODE = "trading@localhost";

export const hasRabbit = (root = "/") => fs.existsSync(path.join(root, PROGRAM));

/** Ports used from `port` on: AMQP, distribution, epmd, streams. */
export const PORTS = 4;

const environment = (dir, port) => ({
  PATH: process.env.PATH,
  LANG: "C.UTF-8",
  HOME: path.join(dir, "home"),
  ERL_EPMD_PORT: String(port + 2),
  ERL_EPMD_ADDRESS: "127.0.0.1",
  RABBITMQ_NODENAME: NODE,
  RABBITMQ_NODE_PORT: String(port),
  RABBITMQ_DIST_PORT: String(port + 1),
  RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
  RABBITMQ_MNESIA_BASE: path.join(dir, "mnesia"),
  RABBITMQ_LOG_BASE: path.join(dir, "log"),
  RABBITMQ_PID_FILE: path.join(dir, "pid"),
  RABBITMQ_CONFIG_FILE: path.join(dir, "rabbitmq.conf"),
  RABBITMQ_ENABLED_PLUGINS_FILE: path.join(dir, "enabled_plugins"),
  RABBITMQ_CONF_ENV_FILE: "/dev/null",
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
  // Makes the start script become the Erlang machine instead of a shell that waits for it: one pid.
  RUNNING_UNDER_SYSTEMD: "true",
});

export async function startRabbit({ dir, port, pidFile, record = {} }) {
  await stopPid(pidFile, { deadlineMs: 30_000 });
  stopEpmd(port);
  for (const name of ["home", "mnesia", "log"]) fs.mkdirSync(path.join(dir, name), { recursive: true, mode: 0o700 });
  writeFile(
    path.join(dir, "rabbitmq.conf"),
    `listeners.tcp.default = 127.0.0.1:${port}\nloopback_users = none\nvm_memory_high_watermark.absolute = 1GB\ndisk_free_limit.absolute = 200MB\nstream.listeners.tcp.default = 127.0.0.1:${port + 3}\nlog.file.rotation.size = 20971520\nlog.file.rotation.count = 3\n`,
  );
  writeFile(path.join(dir, "enabled_plugins"), "[rabbitmq_stream].\n");
  const log = path.join(dir, "out.log");
  const out = fs.openSync(log, "a", 0o600);
  const env = environment(dir, port);
  const child = spawn(SERVER, [], { cwd: dir, env, stdio: ["ignore", out, out], detached: true });
  fs.closeSync(out);
  let failed = null;
  child.once("error", (e) => { failed = e.message; });
  child.once("exit", (code, by) => { failed ??= by ?? `exit code ${code}`; });
  child.unref();
  if (child.pid) await notePid(pidFile, child.pid, `beam.smp`, record);
  for (let i = 0; i < 1200; i++) {
    if (failed) throw new Problem(`RabbitMQ did not start (${failed}); see ${log}\n${fs.readFileSync(log, "utf8").split("\n").slice(-15).join("\n")}`);
    // The listener opens last, after the queues have recovered.
    if (await canConnect(port)) return;
    await sleep(100);
  }
  throw new Problem(`RabbitMQ is not ready after two minutes; see ${log}`);
}

export async function stopRabbit({ port, pidFile }) {
  const there = living(pidFile) !== null;
  await stopPid(pidFile, { deadlineMs: 30_000 });
  stopEpmd(port);
  return there;
}

/** The node started its own epmd, which would outlive it; its environment tells it from anybody else's. */
function stopEpmd(port) {
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const process = identify(pid);
    if (!process || !/\bepmd\b/.test(process.cmdline.split(" ")[0])) continue;
    try {
      const env = fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      if (env.includes(`ERL_EPMD_PORT=${port + 2}`) && env.includes(`RABBITMQ_NODENAME=${NODE}`)) signal(Number(pid), "SIGKILL");
    } catch {
      // Another user's.
    }
  }
}

