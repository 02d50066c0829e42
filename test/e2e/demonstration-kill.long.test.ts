import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SourceProcess } from './processes.ts';

let kept: string;
let demonstration: SourceProcess | undefined;
beforeEach(async () => {
  kept = await mkdtemp(join(tmpdir(), 'murmuration-demonstration-'));
});
afterEach(async () => {
  demonstration?.child.kill('SIGKILL');
  await demonstration?.ended();
  await rm(kept, { recursive: true });
});

/** Three times as many as a cohort: those whose answers were lost with a round don't answer it again, and others do. */
const few = ['--devices', '21', '--cohort', '5', '--port', '0'];

/** Starts it with the storage, and waits for what it prints. */
async function begun(printed: RegExp): Promise<RegExpExecArray> {
  const rounds = ['--storage', kept, '--rounds', '1000', '--no-open'];
  demonstration = new SourceProcess('simulations/demo/src/start.ts', [...few, ...rounds]);
  return demonstration.printed(printed);
}

async function kill(): Promise<void> {
  demonstration!.child.kill('SIGKILL');
  await demonstration!.ended();
}

/** Starts it again for two rounds, and looks at what became of the n-grams. */
async function goesOn(): Promise<void> {
  const rounds = ['--storage', kept, '--rounds', '2', '--exit', '--json'];
  demonstration = new SourceProcess('simulations/demo/src/start.ts', [...few, ...rounds]);
  expect(await demonstration.ended(), demonstration.errors).toBe(0);
  const { ngrams, ...figures } = JSON.parse(demonstration.output.trim().split('\n').at(-1)!);
  expect(figures).toMatchObject({ rounds: 2, failedRounds: 0 });
  expect(ngrams, demonstration.errors).toMatchObject({ state: 'found', reason: null, threshold: 3 });
  expect(ngrams.words).toBeGreaterThan(20);
  expect(ngrams.pairs).toBeGreaterThan(0);
  expect(ngrams.mixed.top3).toBeGreaterThan(0);
  expect(ngrams.sumsExact).toBe(ngrams.sumsChecked);
}

it.each([
  ['', []],
  [', VG10: with words that were added meanwhile as well', ['netherfield', 'brighton']],
])('goes on asking its phones for n-grams after a SIGKILL between two rounds of it%s', async (_, added) => {
  await begun(/asked for words/);
  await kill();
  const file = join(kept, 'vocabulary.json');
  const vocabulary = JSON.parse(await readFile(file, 'utf8')) as { words: string[] };
  await writeFile(file, JSON.stringify({ ...vocabulary, words: [...vocabulary.words, ...added] }));
  await goesOn();
});

it.each([
  ['updates of the first round', 'updates', /this model before its first round/],
  ['shares of a later one', 'shares', /asked for words/],
  ['updates of a later one', 'updates', /asked for words/],
  ['agreement of a later one', 'agreement', /asked for words/],
] as const)(
  'QY14, QY15: goes on with a round of n-grams, or asks it again, after a SIGKILL in the %s',
  async (_, phase, printed) => {
    const [, url, token] = await begun(/(http\S+)\/#token=(\w+[-\w]*)/);
    await demonstration!.printed(printed);
    const headers = { authorization: `Bearer ${token}` };
    for (;;) {
      const response = await fetch(`${url}/v1/admin/overview`, { headers });
      const { tasks } = (await response.json()) as {
        tasks: { round: { query: string | null; phase: string } | null }[];
      };
      if (tasks.some(({ round }) => round?.query === 'phrases' && round.phase === phase)) break;
    }
    await kill();
    await goesOn();
  },
);

it('carries what was asked before a SIGKILL that came after the last round, and asks nobody again', async () => {
  await begun(/in common\. Each version carries/);
  await kill();
  await goesOn();
  expect(demonstration!.errors).toContain('found in an earlier start');
  expect(demonstration!.errors).not.toContain('asked for words (1 of 5)');
});
