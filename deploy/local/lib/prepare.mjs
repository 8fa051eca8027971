// What has to be there before anything can start: tools, npm packages, the page, the binaries.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { hashOf, identify, Problem, readJson, ROOT, run, say, signal, stampMatches, writeFile, writeJson } from "./proc.mjs";

/** Settings that every script here takes from the environment. */
export function settings() {
  const whole = (name, fallback, least, most) => {
    const text = process.env[name] || String(fallback);
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) throw new Problem(`${name} must be a whole number from ${least} to ${most}, not '${text}'`);
    return value;
  };
  return {
    port: whole("PORT", 8000, 1, 65_529),
    dataDir: path.resolve(process.env.DATA_DIR || path.join(ROOT, ".data")),
    demoGroups: whole("DEMO_GROUPS", 1, 1, 5000),
    demoTriggers: whole("DEMO_TRIGGERS", 1, 0, 5000),
    market: market(process.env.MARKET || "auto"),
  };
}

function market(value) {
  if (["auto", "live", "simulated"].includes(value)) return value;
  const replay = /^replay:(.+?)(@[0-9.]+x?)?$/.exec(value);
  if (!replay) throw new Problem(`MARKET must be auto, live, simulated or replay:FILE@SPEED (FILE: a file, a folder, or several of them between commas), not '${value}'`);
  // What exists as it stands is one path, whatever commas it has.
  const named = fs.existsSync(replay[1]) ? [replay[1]] : replay[1].split(",").map((name) => name.trim());
  const missing = named.find((name) => !fs.existsSync(name));
  if (missing !== undefined) throw new Problem(`MARKET: there is no file '${missing}'`);
  const files = named.map((name) => path.resolve(name));
  const comma = files.find((file) => file.includes(","));
  if (files.length > 1 && comma) throw new Problem(`MARKET: beside other files the path of one must not contain a comma, as ${comma} does`);
  return `replay:${files.join(",")}${replay[2] ?? ""}`;
}

function version(command, hint) {
  try {
    // In the root, because global.json chooses the SDK.
    return execFileSync(command, ["--version"], { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch (e) {
    throw new Problem(`${hint}\n${`${e.stderr ?? e.message}`.trim()}`);
  }
}

export function checkTools() {
  if (Number(process.versions.node.split(".")[0]) < 20) throw new Problem(`Node 20 or newer is needed, this is ${process.versions.node}`);
  const npm = version("npm", "npm is needed and was not found; it comes with Node.");
  const dotnet = version("dotnet", "The .NET 10 SDK is needed (dotnet --version failed).");
  if (Number(dotnet.split(".")[0]) < 10) throw new Problem(`The .NET 10 SDK is needed, this is ${dotnet}`);
  say(`.NET SDK ${dotnet}, Node ${process.versions.node}, npm ${npm}`);
}

/** Makes the data folder, and one that is there already, ours alone: it holds every secret. */
function close(dataDir) {
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // Whoever names /tmp must not lose it to everybody else.
  if (fs.statSync(dataDir).mode & 0o1000) throw new Problem(`DATA_DIR must be a folder of its own, ${dataDir} is everybody's`);
  try {
    fs.chmodSync(dataDir, 0o700);
  } catch (e) {
    throw new Problem(`DATA_DIR holds secrets and must be ours alone: chmod 700 ${dataDir} failed (${e.code})`);
  }
}

/** Random secrets, made once for a data folder. */
export function secrets(dataDir) {
  close(dataDir);
  const file = path.join(dataDir, "secrets.json");
  const known = readJson(file) ?? {};
  const all = {
    jwt_key: known.jwt_key ?? randomBytes(48).toString("base64url"),
    admin_username: known.admin_username ?? "admin",
    admin_password: known.admin_password ?? randomBytes(12).toString("base64url"),
    postgres_password: known.postgres_password ?? randomBytes(24).toString("base64url"),
  };
  if (JSON.stringify(all) !== JSON.stringify(known)) writeJson(file, all);
  return all;
}

/**
 * Where execution finds the key that encrypts the credentials of trade accounts: in the data folder, made once, unless the environment
 * names another. Without it they cannot be read again.
 */
export function accountKeys(dataDir) {
  if (Object.keys(process.env).some((name) => /^EXECUTION__KEY(FILE$|S__)/i.test(name))) return {};
  const file = path.join(dataDir, "account-keys");
  if (!fs.existsSync(file)) writeFile(file, `# version:key, 32 random bytes in base64; the highest version encrypts, every one decrypts\n1:${randomBytes(32).toString("base64")}\n`);
  return { EXECUTION__KEYFILE: file };
}

/** npm ci in a folder, skipped while package.json and lock are those of the last time. */
export async function npmCi(folder, log) {
  const stamp = path.join(ROOT, folder, "node_modules/.stamp");
  const hash = hashOf([`${folder}/package.json`, `${folder}/package-lock.json`]);
  if (stampMatches(stamp, hash)) return;
  say(`npm ci in ${folder} …`);
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: path.join(ROOT, folder), log, label: `npm ci in ${folder}` });
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, hash);
}

const WEB = "services/dashboard/web";
const WWWROOT = "services/dashboard/wwwroot";

/** The page. */
export async function buildWeb(log) {
  await npmCi(WEB, log);
  const stamp = path.join(ROOT, WEB, "node_modules/.build-stamp");
  const hash = hashOf([WEB, "contracts/openapi.json"], { skip: ["node_modules", "dist", "coverage", "test-results", ".vite"], only: (f) => !f.endsWith(".tsbuildinfo") && !f.endsWith("src/api/openapi.ts") });
  if (stampMatches(stamp, hash) && fs.existsSync(path.join(ROOT, WWWROOT, "index.html"))) return;
  say("building the page …");
  await run("npm", ["run", "build"], { cwd: path.join(ROOT, WEB), log, label: "npm run build of the page" });
  if (!fs.existsSync(path.join(ROOT, WWWROOT, "index.html"))) throw new Problem(`the page's build left no ${WWWROOT}/index.html`);
  fs.writeFileSync(stamp, hash);
}

/** Where a project's release build lies; ArtifactsPath moves it out of the tree. */
export const outputOf = (folder, project) =>
  process.env.ArtifactsPath
    ? path.join(process.env.ArtifactsPath, "bin", project, "release")
    : path.join(ROOT, folder, "bin/Release/net10.0");

export const SERVICES = {
  gateway: "Gateway",
  trigger: "Trigger",
  "trading-group": "TradingGroup",
  execution: "Execution",
  diary: "Diary",
  dashboard: "Dashboard",
};

export const STANDALONE = path.join(outputOf("services/standalone", "TradingSystem.Standalone"), "TradingSystem.Standalone.dll");
export const serviceDll = (name) => path.join(outputOf(`services/${name}`, `TradingSystem.${SERVICES[name]}`), `TradingSystem.${SERVICES[name]}.dll`);

// Build servers would outlive us. One compiler server of our own serves the whole build and is ended after it.
const pipe = `ts${process.pid}`;
const buildEnv = { ...process.env, MSBUILDDISABLENODEREUSE: "1", DOTNET_CLI_USE_MSBUILD_SERVER: "0", DOTNET_NOLOGO: "1", DOTNET_CLI_TELEMETRY_OPTOUT: "1" };

export const restore = (log) =>
  run("dotnet", ["restore", "services/standalone", "-v", "q", "-p:RestoreLockedMode=true"], { env: buildEnv, log, label: "dotnet restore" });

export function dotnetIsCurrent() {
  const inputs = ["services", "contracts/wire", "contracts/bus", "Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", "global.json", ".editorconfig", WWWROOT];
  const hash = hashOf(inputs, { skip: ["bin", "obj", "node_modules", "web"], only: (f) => !f.endsWith(".md") });
  const stamp = path.join(path.dirname(STANDALONE), ".stamp");
  const there = [STANDALONE, ...Object.keys(SERVICES).map(serviceDll)].every((f) => fs.existsSync(f));
  return { current: there && stampMatches(stamp, hash), stamp, hash };
}

/** Builds standalone and with it all six services. Needs the page (its files may be part of the output) and a restore. */
export async function buildDotnet(log) {
  const { current, stamp, hash } = dotnetIsCurrent();
  if (current) return;
  say("building the services …");
  try {
    await run("dotnet", ["build", "services/standalone", "-c", "Release", "--no-restore", "-v", "q", `-p:SharedCompilationId=${pipe}`], { env: buildEnv, log, label: "dotnet build" });
  } finally {
    for (const pid of fs.readdirSync("/proc")) {
      if (/^\d+$/.test(pid) && identify(pid)?.cmdline.includes(`-pipename:${pipe}`)) signal(Number(pid), "SIGTERM");
    }
  }
  writeFile(stamp, hash, 0o644);
}

/** Page and binaries, in parallel where they do not need each other. */
export async function prepare(dataDir, alongside = []) {
  const log = (name) => path.join(dataDir, "logs", `${name}.log`);
  const { current } = dotnetIsCurrent();
  const needsRestore = !current || !fs.existsSync(path.join(ROOT, WWWROOT, "index.html"));
  if (needsRestore) say("dotnet restore …");
  const results = await Promise.allSettled([
    needsRestore ? restore(log("restore")).then(() => say("restored")) : null,
    buildWeb(log("web")).then(() => say("page ready")),
    ...alongside.map((step) => step()),
  ]);
  const failed = results.find((r) => r.status === "rejected");
  if (failed) throw failed.reason;
  if (!needsRestore && !dotnetIsCurrent().current) await restore(log("restore"));
  await buildDotnet(log("build"));
  say("services ready");
}
