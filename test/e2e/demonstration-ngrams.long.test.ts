import { afterEach, expect, it } from 'vitest';
import { SourceProcess } from './processes.ts';

let demonstration: SourceProcess | undefined;
afterEach(async () => {
  demonstration?.child.kill('SIGKILL');
  await demonstration?.ended();
});

const few = ['--devices', '20', '--cohort', '8', '--port', '0'];

it('asks its phones for their n-grams after the first round, checks each sum, and measures what they add', async () => {
  demonstration = new SourceProcess('simulations/demo/src/start.ts', [
    ...few,
    '--rounds',
    '2',
    '--exit',
    '--json',
  ]);
  expect(await demonstration.ended(), demonstration.errors).toBe(0);
  const { ngrams, ...figures } = JSON.parse(demonstration.output.trim().split('\n').at(-1)!);
  expect(figures).toMatchObject({ rounds: 2, failedRounds: 0, sumsExact: 2, sumsChecked: 2 });
  expect(ngrams).toMatchObject({ state: 'found', reason: null, threshold: 3, sumsUnchecked: 0 });
  expect(ngrams.sumsChecked).toBeGreaterThanOrEqual(3);
  expect(ngrams.sumsExact).toBe(ngrams.sumsChecked);
  expect(ngrams.words).toBeGreaterThan(20);
  expect(ngrams.pairs).toBeGreaterThan(0);
  expect(ngrams.mixed.top3).toBeGreaterThan(0);
  const [first, announced, asked] = [
    'Training is fused',
    'Phones are asked which words',
    'asked for words',
  ].map(said => demonstration!.errors.indexOf(said));
  // Nobody waits for it: the first round is over by then.
  expect(first).toBeGreaterThan(0);
  expect(announced).toBeGreaterThan(first!);
  expect(asked).toBeGreaterThan(announced!);
});
