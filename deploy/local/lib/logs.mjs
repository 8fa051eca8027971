// Log files of processes that write for months: bounded while they run.
//   node logs.mjs LOGS PIDS [BYTES] [MS]   keeps every *.log in LOGS, until nothing of PIDS lives any more
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { living } from "./proc.mjs";

const LIMIT = 20 * 1024 * 1024;
const KEPT = 3;
const EVERY_MS = 5_000;

/**
 * Puts a log that is over `limit` bytes away as .1, and what was there as .2, up to .3. Its writer has the file open for appending and does not
 * open it again, so the file is copied and emptied; what is written between the two is lost.
 */
export function rotate(log, limit = LIMIT, kept = KEPT) {
  if (!fs.existsSync(log) || fs.statSync(log).size <= limit) return;
  for (let i = kept - 1; i >= 1; i--) if (fs.existsSync(`${log}.${i}`)) fs.renameSync(`${log}.${i}`, `${log}.${i + 1}`);
  fs.copyFileSync(log, `${log}.1`);
  fs.truncateSync(log);
}

/** Looks after logs as long as this process lives; `list` names them anew each time. */
export function keepBounded(list, { limit = LIMIT, everyMs = EVERY_MS } = {}) {
  const timer = setInterval(() => {
    for (const log of list()) {
      try {
        rotate(log, limit);
      } catch (e) {
        // A full disk or a file that is just gone; the next round sees.
        process.stderr.write(`${log}: ${e.message}\n`);
      }
    }
  }, everyMs);
  timer.unref();
  return timer;
}

const those = (folder, ending) => (fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name)) : []);

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [logs, pids, bytes, ms] = process.argv.slice(2);
  if (!logs || !pids) {
    process.stderr.write("usage: node logs.mjs LOGS PIDS [BYTES] [MS]\n");
    process.exit(2);
  }
  const everyMs = Number(ms ?? EVERY_MS);
  keepBounded(() => those(logs, ".log"), { limit: Number(bytes ?? LIMIT), everyMs });
  let alone = 0;
  setInterval(() => {
    // Between a restart's two processes there is none for a moment.
    alone = those(pids, ".json").some((file) => living(file) && living(file).pid !== process.pid) ? 0 : alone + 1;
    if (alone > 12) process.exit(0);
  }, everyMs);
}
