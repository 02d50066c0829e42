import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { NgramsQuery } from '@murmuration/protocol/queries/query';
import { ExampleSplit } from '../hybrid/held-out.ts';
import { walkExamples } from '../training/examples.ts';
import type { EvaluationPorts } from './own-evaluation.ts';

/**
 * Returns a function that reads the n-grams of a round, from examples that are not held out and are
 * `fresh`: each target's class with the inputs before it; none if no example is long enough, or fresh.
 * Before it is called, only one example is looked for, so that the time of a device's first message doesn't
 * reveal their number. Throws `training.no-examples` if there is none, and the error of `refuse` for a
 * query with other classes than the task's.
 */
export async function ownSequences(
  { name, classes, firstClass, step }: NgramsQuery,
  ports: Pick<EvaluationPorts, 'examples' | 'serving'> | undefined,
  refuse: (detail: string) => Error,
  freshOf: (examples: readonly unknown[]) => Promise<readonly unknown[]>,
): Promise<() => Promise<number[][]>> {
  if (!ports)
    throw new MurmurationError(
      'training.no-examples',
      `The query "${name}" asks for n-grams, and its task is not served; let the app answer it.`,
    );
  const { serving } = ports;
  if (serving.firstClass !== firstClass || serving.classes < classes)
    throw refuse(
      `The query "${name}" asks for n-grams of ${classes} classes from ${firstClass} on; the task has ${serving.classes} from ${serving.firstClass} on.`,
    );
  // The coordinator sets the length: leaving must not reveal how long examples are.
  if ((await trainingOf(ports, 1)).length === 0)
    throw new MurmurationError(
      'training.no-examples',
      `The device has no examples for the query "${name}" now.`,
    );
  const before = (step?.length ?? 1) - 1;
  return async () => {
    const fresh = await freshOf(await trainingOf(ports, Number.POSITIVE_INFINITY));
    return fresh.flatMap(example => {
      const { input, targets } = serving.questions(example);
      return targets
        .filter(({ position }) => position + 1 >= before)
        .map(target => [...input.slice(target.position + 1 - before, target.position + 1), target.class]);
    });
  };
}

/** Returns the first examples that are not held out, at most `most`. */
async function trainingOf(
  { examples, serving }: Pick<EvaluationPorts, 'examples' | 'serving'>,
  most: number,
): Promise<readonly unknown[]> {
  const split = new ExampleSplit(serving);
  await walkExamples(examples, example => {
    split.add(example);
    return split.training.length < most;
  });
  return split.training;
}
