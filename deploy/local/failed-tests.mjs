// Names the failed tests of .trx files, a line each, then what each said: node failed-tests.mjs FILE...
import { readFileSync } from 'node:fs';

const Lines = 12;
const text = s => s.replace(/&(lt|gt|quot|apos|amp|#x[0-9a-fA-F]+|#\d+);/g, (all, name) =>
  ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]
  ?? String.fromCodePoint(name[1] === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1))));
const part = (xml, tag) => text(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(xml)?.[1] ?? '').trim();
const attribute = (xml, name) => text(new RegExp(`\\s${name}="([^"]*)"`).exec(xml)?.[1] ?? '');

function failed(file) {
  const xml = readFileSync(file, 'utf8');
  // A fixture's arguments stand in the class name of the test's definition only.
  const classes = new Map([...xml.matchAll(/<UnitTest [^>]*>[\s\S]*?<\/UnitTest>/g)]
    .map(([test]) => [attribute(test, 'id'), /<TestMethod [^>]*>/.exec(test)?.[0] ?? ''])
    .map(([id, method]) => [id, attribute(method, 'className').split(',')[0].replace(/^.*?\.([^.(]+(\(|$))/, '$1')]));
  return [...xml.matchAll(/<UnitTestResult ([^>]*[^/])>[\s\S]*?<\/UnitTestResult>/g)]
    .filter(([, attributes]) => attribute(` ${attributes}`, 'outcome') === 'Failed')
    .map(([result, attributes]) => ({
      name: `${classes.get(attribute(` ${attributes}`, 'testId')) ?? ''}.${attribute(` ${attributes}`, 'testName')}`,
      said: `${part(result, 'Message')}\n${part(result, 'StackTrace')}`.split('\n').map(l => l.slice(0, 300)),
    }));
}

const all = process.argv.slice(2).flatMap(failed);
for (const { name, said } of all) {
  console.log(`\nFAILED ${name}\n${said.slice(0, Lines).map(l => `  ${l}`).join('\n')}`);
}

console.log(all.map(({ name, said }) => `FAILED ${name}: ${said.slice(0, 3).map(l => l.trim()).join(' ').slice(0, 200)}`).join('\n'));
