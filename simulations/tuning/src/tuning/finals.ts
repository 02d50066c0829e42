import type { Point } from '@murmuration/simulations/spaces/dimensions';
import { errorOf, mean } from './choice.ts';
import { looksUntil } from './search.ts';
import type { Train } from './training.ts';
import type { Finished } from './tuned.ts';

/**
 * Trains on all examples of the devices, and measures on the held-out ones, which are read here for the first
 * and only time.
 */
export async function trainFinals(
  asked: readonly { readonly name: string; readonly settings: Point['settings'] }[],
  finals: readonly number[],
  most: number,
  train: Train,
): Promise<Finished[]> {
  const different = new Map(asked.map(({ settings }) => [JSON.stringify(settings), settings]));
  const trainings = [...different].flatMap(([key, settings]) =>
    finals.map(seed => ({
      run: `final ${key}, seed ${seed}`,
      place: null,
      on: 'heldOut' as const,
      settings,
      seed,
      from: 0,
      until: most,
      looks: looksUntil(most),
    })),
  );
  const outcomes = await train(trainings, 'held-out data');
  const byRun = new Map(trainings.map(({ run }, i) => [run, outcomes[i]!]));
  return asked.map(({ name, settings }) => {
    const own = finals.map(seed => byRun.get(`final ${JSON.stringify(settings)}, seed ${seed}`)!);
    const scores = own.map(({ score }) => score);
    const numbers = scores.filter(score => score !== null);
    const isWhole = numbers.length === scores.length;
    return {
      name,
      settings,
      scores,
      mean: isWhole ? mean(numbers) : null,
      error: isWhole ? errorOf(numbers) : null,
      curve: own[0]!.curve,
    };
  });
}
