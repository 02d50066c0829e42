import type { Serving } from '@murmuration/engine/inference/serving';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { MeasuredPart, OwnEvaluation } from '@murmuration/protocol/queries/evaluation';
import type { EvaluationQuery } from '@murmuration/protocol/queries/query';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { ExampleSplit } from '../hybrid/held-out.ts';
import type { Inference, OpenModel } from '../hybrid/inference.ts';
import { withKeptLayers } from '../private-layers/kept-layers.ts';
import type { PrivateLayers } from '../private-layers/private-layers.ts';
import { type GiveExamples, readExamples, walkExamples } from '../training/examples.ts';

export interface EvaluationPorts {
  readonly examples: GiveExamples;
  readonly serving: Serving<unknown>;
  readonly inference: Inference;
  readonly privateLayers: Pick<PrivateLayers, 'kept'>;
  /** Loads a version, and keeps nothing of it. */
  readonly borrow: (version: ModelHash, signal: AbortSignal) => Promise<ModelFiles>;
}

/** Returns the slice of an example; undefined if it is in none. */
type SliceOf = (example: unknown) => string | undefined;

/** Lower bound of probabilities, so that one question can't decide for all. */
const minProbability = 1e-6;

/** Returns true if the device holds out any example with questions; reads no more examples than needed. */
export async function holdsOut({ examples, serving }: EvaluationPorts): Promise<boolean> {
  const split = new ExampleSplit(serving);
  let found = false;
  await walkExamples(examples, example => {
    const before = split.heldOut.length;
    split.add(example);
    found = split.heldOut.length > before && serving.questions(example).targets.length > 0;
    return !found;
  });
  return found;
}

/** Returns the newest held-out examples with questions; none of them was trained on. */
export async function heldOutExamples(
  { examples, serving }: EvaluationPorts,
  most: number,
): Promise<readonly unknown[]> {
  const split = new ExampleSplit(serving);
  for (const example of await readExamples(examples)) split.add(example);
  return split.heldOut.filter(each => serving.questions(each).targets.length > 0).slice(-most);
}

/**
 * Measures the versions of a query on the held-out examples from `read`: `loss` in nats, and `top1`
 * (`accuracy`) and `top3`, the share of questions whose answer is among the 1 or 3 likeliest, each as
 * the mean over an example's questions, cut to the query's bounds. Uses the device's private layers.
 * Throws `options.invalid` for another metric, and the reason of `signal` once it is aborted. All
 * versions are loaded before the first measurement, at `began`: otherwise the time of the next
 * download would reveal how long it took.
 */
export async function ownEvaluation(
  query: EvaluationQuery,
  read: () => Promise<readonly unknown[]>,
  ports: EvaluationPorts,
  signal: AbortSignal,
  sliceOf: SliceOf = () => undefined,
  began: () => void = () => {},
): Promise<OwnEvaluation> {
  const values = new Map<ModelHash, readonly (readonly number[])[]>();
  const borrowed: (readonly [ModelHash, ModelFiles])[] = [];
  for (const version of query.versions) borrowed.push([version, await ports.borrow(version, signal)]);
  began();
  const heldOut = await read();
  for (const [version, files] of borrowed) {
    const kept = await ports.privateLayers.kept();
    const model = await ports.inference.open((kept && withKeptLayers(files, kept)) ?? files);
    try {
      const own: number[][] = [];
      for (const example of heldOut) {
        own.push(await measured(query, model, example, ports.serving));
        signal.throwIfAborted();
      }
      values.set(version, own);
    } finally {
      await model.close();
    }
  }
  const partOf = (isIn: (example: unknown) => boolean): MeasuredPart => {
    const places = heldOut.flatMap((example, place) => (isIn(example) ? [place] : []));
    const versions = query.versions.map(version => {
      const own = values.get(version)!;
      const means = query.metrics.map(({ metric }, i) => [
        metric,
        places.reduce((sum, place) => sum + own[place]![i]!, 0) / places.length,
      ]);
      return [version, Object.fromEntries(means)];
    });
    return { examples: places.length, versions: Object.fromEntries(versions) };
  };
  const slices = query.slices.flatMap(slice => {
    const part = partOf(example => sliceOf(example) === slice);
    return part.examples > 0 ? [[slice, part]] : [];
  });
  return { all: partOf(() => true), slices: Object.fromEntries(slices) };
}

/** Returns the query's metrics on one example. */
async function measured(
  { name, metrics }: EvaluationQuery,
  model: OpenModel,
  example: unknown,
  serving: Serving<unknown>,
): Promise<number[]> {
  const { classes } = serving;
  const { targets } = serving.questions(example);
  const answers = await model.answer(example);
  let [loss, top1, top3] = [0, 0, 0];
  for (const [question, target] of targets.entries()) {
    const of = answers.subarray(question * classes, (question + 1) * classes);
    // A missing probability counts as wrong, without leaving: devices that leave would
    // reveal whose data the version fails on.
    const own = of[target.class]! || 0;
    loss -= Math.log(Math.max(own, minProbability));
    // Equally likely classes rank by number.
    const better = of.reduce(
      (count, value, i) => count + (value < own || (value === own && i >= target.class) ? 0 : 1),
      0,
    );
    if (better < 1) top1 += 1;
    if (better < 3) top3 += 1;
  }
  const means: Readonly<Record<string, number>> = { loss, top1, accuracy: top1, top3 };
  return metrics.map(({ metric, least, most }) => {
    if (!Object.hasOwn(means, metric))
      throw new MurmurationError(
        'options.invalid',
        `The SDK does not measure "${metric}", which the query "${name}" asks for; let the app answer it.`,
      );
    return Math.max(least, Math.min(most, means[metric]! / targets.length));
  });
}
