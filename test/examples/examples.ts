import { Command } from 'commander';
import { packAll } from './packed-example.ts';
import { type Examined, examine, examples } from './run-examples.ts';

const program = new Command('npm run examples --')
  .description('Runs examples as their READMEs say, from packed packages, and measures what they promise.')
  .argument('[names...]', 'the examples; all if left out')
  .option('--packs <folder>', 'packages that `npm run pack` has packed; otherwise it packs them')
  .option('--json', 'print one JSON object as the last line')
  .parse();
const { packs, json } = program.opts<{ readonly packs?: string; readonly json?: boolean }>();
const names = program.args.length > 0 ? program.args : Object.keys(examples);
for (const name of names)
  if (!Object.hasOwn(examples, name))
    program.error(`There is no example ${name}; there are ${Object.keys(examples).join(', ')}.`);

const packed = packs === undefined ? await packAll() : { folder: packs, remove() {} };
const found: Examined[] = [];
try {
  for (const name of names) {
    const result = await examine(name, packed.folder);
    found.push(result);
    if (!json) console.log(`${name}: ${result.held ? 'held' : 'not held'}`, result);
  }
} finally {
  packed.remove();
}
if (json) console.log(JSON.stringify({ examples: found }));
process.exit(found.every(({ held }) => held) ? 0 : 1);
