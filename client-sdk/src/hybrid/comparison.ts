import type { Serving } from '@murmuration/engine/inference/serving';
import type { Score } from './hybrid.ts';
import type { OpenModel } from './inference.ts';
import { fitWeights, lossOf } from './mixture.ts';
import type { OpenPersonal } from './personal.ts';
import { mix } from './probabilities.ts';

/** How the parts of a mixture do on the held-out examples, and which weights they should have. */
export interface Comparison {
  /** Of the other models, in their order; all 0 where the global model alone does as well. */
  readonly weights: readonly number[];
  /** Of the personal models among themselves, with the sum 1; 0 of those that are shared. */
  readonly among: readonly number[];
  readonly scores: { readonly global: Score; readonly personal: Score; readonly hybrid: Score };
  readonly questions: number;
}

/**
 * Compares the global model, the personal ones and their best mixture on examples that the personal ones have not learned from. The
 * mixture has to explain them better by one nat for each weight that was chosen on them (Akaike 1974), and to have what came among its
 * three likeliest as often, or the global model serves alone.
 *
 * @returns null where the examples ask nothing. @throws the reason of `signal` once it is aborted.
 */
export async function compare(
  global: OpenModel,
  personal: readonly (OpenModel & Pick<OpenPersonal, 'isShared'>)[],
  examples: readonly unknown[],
  serving: Serving<unknown>,
  signal: AbortSignal,
): Promise<Comparison | null> {
  const models = [global, ...personal];
  const parts = await probabilitiesOfWhatCame(models, examples, serving, signal);
  const questions = parts[0]!.length;
  if (questions === 0 || personal.length === 0) return null;
  const ownParts = parts.slice(1).filter((_, i) => !personal[i]!.isShared);
  const ownWeights = ownParts.length > 0 ? fitWeights(ownParts) : [];
  const among = personal.map(({ isShared }) => (isShared ? 0 : ownWeights.shift()!));
  const alone = [1, ...personal.map(() => 0)];
  const fitted = fitWeights(parts);
  const mixtures = [alone, [0, ...among], fitted];
  const recalls = await recallsOf(models, mixtures, examples, serving, signal);
  const [ofGlobal, ofPersonal, ofFitted] = mixtures.map(
    (weights, i): Score => ({
      loss: lossOf(parts, weights),
      ...recalls[i]!,
    }),
  ) as [Score, Score, Score];
  const gain = questions * (ofGlobal.loss - ofFitted.loss);
  const helps = gain > personal.length && ofFitted.top3 >= ofGlobal.top3;
  return {
    weights: helps ? fitted.slice(1) : personal.map(() => 0),
    among,
    scores: {
      global: ofGlobal,
      personal: ownParts.length > 0 ? ofPersonal : nothing,
      hybrid: helps ? ofFitted : ofGlobal,
    },
    questions,
  };
}

/** The score of nothing at all. */
const nothing: Score = { loss: Number.POSITIVE_INFINITY, top1: 0, top3: 0 };

/** What each model had given to the class that came, question by question. */
export async function probabilitiesOfWhatCame(
  models: readonly OpenModel[],
  examples: readonly unknown[],
  serving: Serving<unknown>,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const found: number[][] = models.map(() => []);
  for (const example of examples) {
    const { targets } = serving.questions(example);
    if (targets.length === 0) continue;
    const answers = await Promise.all(models.map(model => model.answer(example)));
    signal.throwIfAborted();
    for (const [i, values] of answers.entries())
      for (const [question, target] of targets.entries())
        found[i]!.push(values[question * serving.classes + target.class]!);
  }
  return found.map(values => Float32Array.from(values));
}

type Recall = Pick<Score, 'top1' | 'top3'>;

/** Recall of each mixture. A second pass, since the probabilities of all classes at all questions would take much memory. */
async function recallsOf(
  models: readonly OpenModel[],
  mixtures: readonly (readonly number[])[],
  examples: readonly unknown[],
  serving: Serving<unknown>,
  signal: AbortSignal,
): Promise<Recall[]> {
  const { classes } = serving;
  const counted = mixtures.map(weights => ({ weights, hits: { top1: 0, top3: 0 } }));
  let questions = 0;
  for (const example of examples) {
    const { targets } = serving.questions(example);
    if (targets.length === 0) continue;
    const answers = await Promise.all(models.map(model => model.answer(example)));
    signal.throwIfAborted();
    for (const { weights, hits } of counted) {
      const parts = answers.flatMap((values, j) =>
        weights[j]! > 0 ? [{ weight: weights[j]!, values }] : [],
      );
      if (parts.length === 0) continue;
      const mixed = mix(parts);
      for (const [question, target] of targets.entries()) {
        const better = countBetter(mixed, question * classes, classes, target.class);
        if (better < 1) hits.top1++;
        if (better < 3) hits.top3++;
      }
    }
    questions += targets.length;
  }
  return counted.map(({ hits }) => ({ top1: hits.top1 / questions, top3: hits.top3 / questions }));
}

/** How many classes go before this one: likelier ones, and of equally likely ones those with smaller numbers. Counts up to 3. */
function countBetter(values: Float32Array, offset: number, classes: number, target: number): number {
  const probability = values[offset + target]!;
  let better = 0;
  for (let i = 0; i < classes && better < 3; i++) {
    const other = values[offset + i]!;
    if (other > probability || (other === probability && i < target)) better++;
  }
  return better;
}
