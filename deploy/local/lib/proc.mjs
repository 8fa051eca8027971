// Processes: progress lines, pid files that survive our own death, and kills that first check who it is.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** An expected failure: its message is all a person needs to see. */
export class Problem extends Error {}

const began = Date.now();
const elapsed = () => `[${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s]`;
export const say = (text) => process.stdout.write(`${elapsed()} ${text}\n`);

/** Atomic and private: readers see the old file or the new one, other users neither. */
export function writeFile(file, content, mode = 0o600) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(partial, content, { mode });
  fs.chmodSync(partial, mode);
  fs.renameSync(partial, file);
}

export const writeJson = (file, value) => writeFile(file, `${JSON.stringify(value, null, 2)}\n`);

export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** Command line and start tick of a live process, or null. A pid alone may have been given to somebody else. */
export function identify(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    return { cmdline: fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean).join(" "), start: fields[19] };
  } catch {
    return null;
  }
}

/** The record of a pid file if that very process still lives, else null. `mark` must be in its command line. */
export function living(file) {
  const record = readJson(file);
  if (!record?.pid || !record.mark) return null;
  const now = identify(record.pid);
  return now && now.start === record.start && now.cmdline.includes(record.mark) ? record : null;
}

/** Notes a process we started. `mark` is a part of its command line that tells it from others. */
export async function notePid(file, pid, mark, more = {}) {
  // Between fork and exec the command line is still ours.
  for (let i = 0; i < 200; i++) {
    const now = identify(pid);
    if (!now) return;
    if (now.cmdline.includes(mark)) {
      writeJson(file, { pid, mark, start: now.start, ...more });
      return;
    }
    await sleep(10);
  }
  writeJson(file, { pid, mark, start: identify(pid)?.start ?? "", ...more });
}

export function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** Asks the process of a pid file to end, and after the deadline ends it. Removes the file. */
export async function stopPid(file, { name = "SIGTERM", deadlineMs = 15_000 } = {}) {
  const record = living(file);
  if (record) {
    signal(record.pid, name);
    const until = Date.now() + deadlineMs;
    while (living(file) && Date.now() < until) await sleep(50);
    if (living(file)) {
      say(`pid ${record.pid} did not stop within ${deadlineMs / 1000} s; killing it`);
      signal(record.pid, "SIGKILL");
      for (let i = 0; i < 100 && living(file); i++) await sleep(50);
    }
  }
  fs.rmSync(file, { force: true });
  return record !== null;
}

const foreground = new Set();
let abandoned = false;

/** Runs a command to its end; its output goes to a log that is shown when it fails. */
export function run(command, args, { cwd = ROOT, env = process.env, log, label } = {}) {
  return new Promise((resolve, reject) => {
    if (abandoned) return reject(new Problem("stopped"));
    if (log) fs.mkdirSync(path.dirname(log), { recursive: true });
    const out = log ? fs.openSync(log, "a", 0o600) : "ignore";
    const from = log ? fs.fstatSync(out).size : 0;
    // A group of its own: Ctrl-C reaches this script only, which then stops things in order.
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", out, out], detached: true });
    if (log) fs.closeSync(out);
    foreground.add(child);
    child.on("error", (e) => {
      foreground.delete(child);
      reject(new Problem(`${label ?? command}: ${e.message}`));
    });
    child.on("exit", (code, by) => {
      foreground.delete(child);
      if (code === 0) return resolve();
      const text = log ? fs.readFileSync(log).subarray(from).toString() : "";
      reject(new Problem(`${label ?? command} failed (${by ?? `exit code ${code}`})\n${text.split("\n").slice(-40).join("\n")}${log ? `\nwhole output: ${log}` : ""}`));
    });
  });
}

/** Ends whatever run() still has going, with everything below it. */
export function abandonForeground() {
  abandoned = true;
  for (const child of foreground) signal(-child.pid, "SIGTERM");
}

export const canListen = (port, host = "127.0.0.1") =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** A free loopback port, `count` in a row; the preferred one if it is still free. */
export async function freePort(preferred = 0, count = 1) {
  const free = async (base) => {
    for (let i = 0; i < count; i++) if (!(await canListen(base + i))) return false;
    return true;
  };
  if (preferred && (await free(preferred))) return preferred;
  for (let i = 0; i < 200; i++) {
    // Below the ephemeral range, so that no outgoing connection takes it meanwhile.
    const base = 15_000 + Math.floor(Math.random() * 16_000);
    if (await free(base)) return base;
  }
  throw new Problem("no free port on 127.0.0.1");
}

export const canConnect = (port) =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1", timeout: 1000 });
    socket.once("connect", () => { socket.destroy(); resolve(true); });
    socket.once("timeout", () => { socket.destroy(); resolve(false); });
    socket.once("error", () => resolve(false));
  });

/** Content hash of files and folders, for "did anything change since". */
export function hashOf(paths, { skip = [], only = () => true } = {}) {
  const hash = createHash("sha256");
  const visit = (full) => {
    const stat = fs.statSync(full, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of fs.readdirSync(full).sort()) if (!skip.includes(name)) visit(path.join(full, name));
    } else if (only(full)) {
      hash.update(path.relative(ROOT, full)).update("\0").update(fs.readFileSync(full)).update("\0");
    }
  };
  for (const p of paths) visit(path.join(ROOT, p));
  return hash.digest("hex");
}

export const stampMatches = (file, hash) => fs.existsSync(file) && fs.readFileSync(file, "utf8") === hash;

/** What an address answers, or null when it does not answer in time. */
export async function probe(url, ms = 3000) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ms) });
    return { status: response.status, text: await response.text() };
  } catch {
    return null;
  }
}
