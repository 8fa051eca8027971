// What a README tells its reader to run: fenced blocks, and the commands in them.

/** Fenced blocks in order: { language, text, heading }, heading being the last one before it. */
export function blocks(markdown) {
  const found = [];
  let heading = "";
  let open = null;
  for (const line of markdown.split("\n")) {
    const fence = /^```(\S*)\s*$/.exec(line);
    if (open) {
      if (fence) {
        found.push({ ...open, text: `${open.lines.join("\n")}\n` });
        open = null;
      } else {
        open.lines.push(line);
      }
    } else if (fence) {
      open = { language: fence[1].toLowerCase(), heading, lines: [] };
    } else if (/^#+ /.test(line)) {
      heading = line.replace(/^#+ /, "").trim();
    }
  }
  return found.map(({ language, text, heading: above }) => ({ language, text, heading: above }));
}

const SHELL = ["", "sh", "bash", "shell", "console"];

/** Commands of a shell block, each with the comment behind it or on the line above. */
export function commands(text) {
  const found = [];
  let above = "";
  for (const raw of text.split("\n")) {
    const line = raw.replace(/^\$ /, "").trim();
    if (line.startsWith("#")) {
      above = line.replace(/^#+\s*/, "");
      continue;
    }
    // A # inside of a word or of quotes is none.
    const parts = /^((?:'[^']*'|"[^"]*"|\\.|[^#'"\\]|(?<=\S)#)*?)(?:\s+#\s*(.*))?$/.exec(line);
    if (line) found.push({ command: (parts?.[1] ?? line).trim(), comment: `${above} ${parts?.[2] ?? ""}`.trim() });
    above = "";
  }
  return found;
}

const STAYS = /^(cd|export|source|\.) /;
// Packages of the operating system are what a README needs, not what it does.
const PREPARES = /^(npm (ci|install|run)|pip3? |dotnet (build|restore)|\S*python3? -m (venv|pip)|mkdir|cp) ?/;

const FILL = /\bfill(s|ed)?\b/i;

/**
 * The first example that a README promises a fill of: the command of its first shell block whose comment says so, and the commands before it
 * that only prepare. Null where none does. `prepare` and `program` are shell lines of their own; where both have to be somewhere, both go there.
 */
export function firstExample(markdown) {
  const shell = blocks(markdown).find((block) => SHELL.includes(block.language));
  const all = commands(shell?.text ?? "");
  const at = all.findIndex(({ comment }) => FILL.test(comment));
  if (at < 0) return null;
  // What is joined with && is prepared by its first parts.
  const parts = all[at].command.split(/\s*&&\s*/);
  const before = [...all.slice(0, at).flatMap(({ command }) => command.split(/\s*&&\s*/)), ...parts.slice(0, -1)].filter((part) => STAYS.test(part) || PREPARES.test(part));
  const prepare = before.some((part) => PREPARES.test(part)) ? before.join(" && ") : "";
  return { prepare, program: [...before.filter((part) => STAYS.test(part)), parts.at(-1)].join(" && ") };
}

/**
 * The same where it is no command but a whole program: the first block of a language, if it decides and can be told by WS_URL where the gateway
 * is. `project` is the project file that the README gives for it, if it does. Null where there is none.
 */
export function firstProgram(markdown) {
  const all = blocks(markdown);
  const block = all.find(({ language }) => ["python", "ts", "csharp"].includes(language));
  if (!block || !/^(import|from|using) /m.test(block.text) || !/\bdecide(Async)?\(/i.test(block.text) || !block.text.includes("WS_URL")) return null;
  return { language: block.language, text: block.text, project: all.find(({ language, text }) => language === "xml" && text.includes("<Project"))?.text ?? null };
}

/** The block of a language under a heading. */
export const blockOf = (markdown, language, heading) => blocks(markdown).find((block) => block.language === language && (!heading || block.heading === heading)) ?? null;
