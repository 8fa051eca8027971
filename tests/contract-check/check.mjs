// Judges the contract documents with parsers that are not ours. Reads one JSON job from stdin:
//   { schemas: {name: schema}, asyncapi: document or null, messages: how many it has, frames: [{schema, frame: text, accepted: bool, why}] }
// and prints what is wrong, one finding a line. Ends with 1 if there is anything.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const job = JSON.parse(readFileSync(0, "utf8"));
const findings = [];

const ajv = new Ajv({ strict: true, allowUnionTypes: true, validateFormats: false, allErrors: false });
// The standard takes contentSchema for an annotation. Here the text within is checked as well.
ajv.removeKeyword("contentSchema");
ajv.addKeyword({
  keyword: "contentSchema",
  type: "string",
  compile: (schema) => {
    const inner = ajv.compile(schema);
    return (text) => {
      try {
        return inner(JSON.parse(text));
      } catch {
        return false;
      }
    };
  },
});

for (const [name, schema] of Object.entries(job.schemas)) {
  if (!ajv.validateSchema(schema)) {
    findings.push(`schema ${name} is not a schema: ${ajv.errorsText()}`);
  } else {
    ajv.addSchema(schema);
  }
}

for (const { schema, frame, accepted, why } of job.frames) {
  const validate = ajv.getSchema(`/schemas/v1/${schema}.json`);
  if (!validate) {
    findings.push(`no schema ${schema}`);
    continue;
  }

  if (validate(JSON.parse(frame)) !== accepted) {
    findings.push(`${schema} ${accepted ? "refuses" : "accepts"} (${why}) ${frame} ${accepted ? ajv.errorsText(validate.errors) : ""}`);
  }
}

if (job.asyncapi) {
  const { Parser } = await import("@asyncapi/parser");
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(job.asyncapi));
  for (const d of diagnostics.filter((d) => d.severity <= 1)) {
    findings.push(`asyncapi: ${d.path.join(".")} ${d.message}`);
  }

  if (document?.messages().length !== job.messages) {
    findings.push(`asyncapi: ${document?.messages().length} messages, not ${job.messages}`);
  }
}

for (const finding of findings) {
  console.log(finding);
}

console.error(`${Object.keys(job.schemas).length} schemas, ${job.frames.length} frames, ${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
