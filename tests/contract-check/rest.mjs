// Makes a typed client of the running product's OpenAPI document with generators that are not ours, checks it with the compiler, and pulls the kill switch with it.
// Reads one JSON job from stdin: { url, token, group }; prints the kill's receipt as JSON. Ends with 1 and says why if there is anything.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const home = dirname(fileURLToPath(import.meta.url));
const job = JSON.parse(readFileSync(0, "utf8"));

// Several may run at once; within this folder the packages are found.
const work = mkdtempSync(join(home, ".rest-"));
try {
  cpSync(join(home, "rest"), work, { recursive: true });
  writeFileSync(join(work, "schema.d.ts"), astToString(await openapiTS(new URL("/openapi/v1.json", job.url))));
  try {
    execFileSync(process.execPath, [join(home, "node_modules/typescript/bin/tsc"), "-p", work], { stdio: "pipe" });
  } catch (e) {
    throw new Error(`the client does not compile:\n${e.stdout}`);
  }

  const { kill } = await import(pathToFileURL(join(work, "out/kill.js")));
  console.log(JSON.stringify(await kill(job)));
} catch (e) {
  console.log(e.stack ?? e);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
