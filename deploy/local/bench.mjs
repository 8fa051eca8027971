// make bench: says what is not installed before anything is built, then runs the benchmarks.
import { spawnSync } from "node:child_process";
import { ROOT } from "./lib/proc.mjs";
import { howToInstall, missingServers } from "./lib/servers.mjs";

// M is the in-memory gateway, R a plain RabbitMQ client, P the services, E the product in one process.
const NEEDS = { M: [], R: ["postgresql", "rabbitmq-server"], P: ["postgresql", "rabbitmq-server"], E: ["postgresql"] };

const args = process.argv.slice(2);
const only = args.indexOf("--only");
const peers = args[0] !== "load" ? [] : only < 0 ? Object.keys(NEEDS) : (args[only + 1] ?? "").toUpperCase().split(",");
const missing = missingServers([...new Set(peers.flatMap((peer) => NEEDS[peer] ?? []))], process.env.SERVERS_ROOT);
if (missing.length > 0) {
  process.stderr.write(`${howToInstall(missing)}\n`);
  process.exit(2);
}

const ran = spawnSync("dotnet", ["run", "-c", "Release", "--project", "tests/TradingSystem.Benchmarks", "--", ...args], { cwd: ROOT, stdio: "inherit" });
if (ran.error) process.stderr.write(`The .NET 10 SDK is needed: ${ran.error.message}\n`);
process.exit(ran.status ?? 1);
