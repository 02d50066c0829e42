// npm run mutate -- [rooms] [--sample N] [--seed N] [--all] [--json]: changes the sources, one place at a time, and counts which changes tests find.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { Command, InvalidArgumentError } from 'commander';
import { round } from '../bench/benchmark.ts';
import { withCopiedTree } from '../faults/planted/copied-tree.ts';
import { compiling } from './compiling.ts';
import { keyOf, type Mutant, mutantsOf } from './mutants.ts';
import { type Room, roomsOf, sourcesOf } from './rooms.ts';
import { outcomesOf } from './run-room.ts';
import { enough, isFound, type Outcome, scoreOf, shuffled } from './score.ts';

interface Options {
  readonly sample: number;
  readonly seed?: number;
  readonly all?: true;
  readonly json?: true;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What `--all` knows from the last time. */
const cache = fileURLToPath(new URL('../../node_modules/.cache/murmuration/mutation/', import.meta.url));
const log = (line: string) => process.stderr.write(`${line}\n`);

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 0 to 999999999.');
  return Number(text);
}

/** The first of these that compile, as many as are wanted, and how many were looked at for them. */
function firstCompiling(mutants: readonly Mutant[], wanted: number): { found: Mutant[]; lookedAt: number } {
  const found: Mutant[] = [];
  let lookedAt = 0;
  while (found.length < wanted && lookedAt < mutants.length) {
    // About a quarter doesn't compile.
    const next = mutants.slice(lookedAt, lookedAt + Math.ceil((wanted - found.length) * 1.4));
    const right = compiling(root, next, log);
    for (const mutant of next) {
      if (found.length === wanted) break;
      lookedAt += 1;
      if (right.has(mutant)) found.push(mutant);
    }
  }
  return { found, lookedAt };
}

/** Those that no test found, a text for each file: line, kind and what stood there instead. */
function survivorsOf(mutants: readonly Mutant[], outcomes: ReadonlyMap<string, Outcome>) {
  const missed = mutants
    .filter(mutant => !isFound(outcomes.get(keyOf(mutant))!))
    .toSorted((a, b) => a.file.localeCompare(b.file) || a.location.start.line - b.location.start.line);
  const lines = new Map<string, string>();
  for (const mutant of missed) {
    const { file, mutator, replacement, location } = mutant;
    const text = replacement.replaceAll(/\s+/g, ' ').slice(0, 60);
    const uncovered = outcomes.get(keyOf(mutant)) === 'uncovered' ? ' (no test comes by)' : '';
    const line = `${location.start.line + 1} ${mutator} \`\` ${text} \`\`${uncovered}`;
    lines.set(file, `${lines.get(file) ?? `${file}:`} ${line};`);
  }
  return [...lines.values()];
}

async function mutate(
  rooms: readonly Room[],
  { sample, seed, all }: Required<Omit<Options, 'json' | 'all'>> & Options,
) {
  const started = systemClock.now();
  const listed: Mutant[] = [];
  const roomOf = new Map<string, Room>();
  for (const room of rooms) {
    const files = sourcesOf(root, room);
    for (const file of files) roomOf.set(file, room);
    listed.push(...(await mutantsOf(root, files)));
  }
  log(`${listed.length} mutants in ${rooms.map(({ name }) => name).join(', ')}; seed ${seed}`);
  const { found: mutants, lookedAt } = firstCompiling(
    all ? listed : shuffled(listed, seed),
    all ? listed.length : sample,
  );
  mkdirSync(cache, { recursive: true });
  const outcomes = new Map<string, Outcome>();
  const scores: Record<string, { score: number; sampled: number }> = {};
  await withCopiedTree(async copy => {
    for (const room of rooms) {
      const own = mutants.filter(({ file }) => roomOf.get(file) === room);
      if (own.length === 0) continue;
      log(`${room.name}: ${own.length} mutants; first its tests without any`);
      const found = await outcomesOf({
        copy,
        room,
        mutants: own,
        before: outcomes.size,
        all: mutants.length,
        ...(all && { kept: `${cache}${room.name}.json` }),
      });
      const lost = own.filter(mutant => !found.has(keyOf(mutant)));
      if (lost.length > 0)
        throw new Error(`Stryker says nothing of ${lost.length} mutants: ${keyOf(lost[0]!)}.`);
      for (const [key, outcome] of found) outcomes.set(key, outcome);
      const { score, sampled } = scoreOf([...found.values()]);
      scores[room.name] = { score, sampled };
      log(`${room.name}: ${score} of ${sampled}`);
    }
  });
  return {
    ...scoreOf([...outcomes.values()]),
    mutants: listed.length,
    compile: round(mutants.length / lookedAt),
    seed,
    minutes: round((systemClock.now() - started) / 60_000),
    rooms: scores,
    survivors: survivorsOf(mutants, outcomes),
  };
}

const program = new Command('npm run mutate --')
  .description(
    'Changes the sources, one place at a time, runs the tests of each place, and counts which changes they find.',
  )
  .argument('[rooms...]', 'what to change; all rooms where none is named')
  .option('--sample <count>', 'mutants that are drawn from all that compile', whole, 600)
  .option('--seed <seed>', 'draws the same mutants again', whole)
  .option('--all', 'take every mutant, and test again only what changed since the last time')
  .option('--json', 'print one JSON object as the last line')
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(async (names: readonly string[], options: Options) => {
    const seed = options.seed ?? new DataView(systemRandom(4).buffer).getUint32(0) % 1_000_000_000;
    if (options.sample === 0) throw new Error('A sample has one mutant at least.');
    const figures = await mutate(roomsOf(names), { ...options, seed });
    console.log(options.json ? JSON.stringify(figures) : JSON.stringify(figures, undefined, 2));
    process.exit(figures.score < enough ? 1 : 0);
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
