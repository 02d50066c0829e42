import { inspect, parseArgs } from 'node:util';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import fc from 'fast-check';
import type { BenchmarkOptions, Figures } from '../../bench/benchmark.ts';
import { histories, literal, settings } from './operations.ts';
import { runPlanted } from './planted.ts';
import { play, Violation } from './play.ts';
import { shorten } from './shorten.ts';

const maskings = ['on', 'off', 'both'] as const;

/** Passages of a history at most: enough for a few rounds. */
const passages = 70;
/** Runs between two lines that say how far it is. */
const progressEvery = 100;
/** Runs within which a planted bug must be found. */
const plantedRuns = 2_000;

/**
 * Plays --runs random histories (--masking on, off, both) against a coordinator under a virtual clock, and counts those in which something
 * did not hold; --seed repeats a run. The shortest history that shows it is printed. With --planted it also proves that bugs are found.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<{ figures: Figures; failed: boolean }> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string' },
      masking: { type: 'string', default: 'both' },
      planted: { type: 'boolean', default: false },
      /** Only says whether and when something does not hold, and looks for no shorter history. */
      first: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  const masking = maskings.find(each => each === values.masking);
  if (!masking) throw new Error(`--masking is one of ${maskings.join(', ')}.`);
  const seed =
    values.seed === undefined ? new DataView(systemRandom(4).buffer).getInt32(0) : Number(values.seed);
  log(`seed ${seed}`);
  const begin = performance.now();
  const sum = { operations: 0, rounds: 0, published: 0, crashes: 0 };
  const outcomes: Record<string, number> = {};
  let played = 0;
  const property = fc.asyncProperty(settings(masking), histories(passages), async (setting, history) => {
    const { outcomes: ends, published, crashes } = await play(setting, history);
    played += 1;
    sum.operations += history.length;
    sum.rounds += ends.length;
    sum.published += published;
    sum.crashes += crashes;
    for (const end of ends) outcomes[end] = (outcomes[end] ?? 0) + 1;
    if (played % progressEvery === 0) log(`${played} of ${runs} histories, ${sum.rounds} rounds`);
  });
  const result = await fc.check(property, { numRuns: runs, seed, endOnFailure: true });
  let violation: string | undefined;
  if (result.failed) {
    violation = messageOf(result.errorInstance);
    log(violation);
    const [setting, history] = result.counterexample!;
    if (!values.first) {
      log('looking for a shorter history …');
      const shortest = await shorten(setting, history);
      log(`${messageOf(shortest.error)}\n${literal(setting, shortest.history)}`);
    }
  }
  const planted = values.planted && !result.failed ? await runPlanted(plantedRuns, seed, log) : undefined;
  const figures = {
    runs: result.failed ? result.numRuns : played,
    ...sum,
    outcomes,
    violations: result.failed ? 1 : 0,
    masking,
    seed,
    seconds: Math.round((performance.now() - begin) / 100) / 10,
    ...(violation !== undefined && { violation }),
    ...(planted && { plantedFound: planted.filter(({ found }) => found).length, planted }),
  };
  return { figures, failed: result.failed || (planted?.some(({ found }) => !found) ?? false) };
}

function messageOf(error: unknown): string {
  return error instanceof Violation ? error.message : inspect(error);
}
