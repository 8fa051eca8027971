// Prints each failed test of a .trx file with the first lines of its message and trace: node failed-tests.mjs FILE
import { readFileSync } from 'node:fs';

const Lines = 12;
const text = s => s.replace(/&(lt|gt|quot|apos|amp|#x[0-9a-fA-F]+|#\d+);/g, (all, name) =>
  ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]
  ?? String.fromCodePoint(name[1] === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1))));
const part = (xml, tag) => text(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(xml)?.[1] ?? '').trim();

for (const [result, name] of readFileSync(process.argv[2], 'utf8').matchAll(/<UnitTestResult [^>]*testName="([^"]*)"[^>]*outcome="Failed"[\s\S]*?<\/UnitTestResult>/g)) {
  const lines = `${part(result, 'Message')}\n${part(result, 'StackTrace')}`.split('\n');
  console.log(`\nFAILED ${text(name)}\n${lines.slice(0, Lines).map(l => `  ${l.slice(0, 300)}`).join('\n')}`);
}
