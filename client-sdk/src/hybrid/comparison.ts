import type { Serving } from '@murmuration/engine/inference/serving';
import { fitBinned, type WeightQuestions, weightsIn } from './binned-weights.ts';
import type { Score } from './hybrid.ts';
import type { OpenModel } from './inference.ts';
import { fitWeights } from './mixture.ts';
import type { OpenPersonal } from './personal.ts';
import type { PartsPrior } from './weights-prior.ts';

/** Performance of a mixture's parts on the held-out examples, and the weights to use. */
export interface PartsComparison {
  /** Weights of the other models, in their order; all 0 where the global model does as well on its own. */
  readonly weights: readonly number[];
  /** Weights by bin of how well contexts are known, where they differ. */
  readonly bins: ReadonlyMap<string, readonly number[]>;
  /** Weights among the personal models, with the sum 1; 0 for shared ones. */
  readonly among: readonly number[];
  /** Scores; those of the hybrid are on halves of the questions, with weights chosen on the other half. */
  readonly scores: { readonly global: Score; readonly personal: Score; readonly hybrid: Score };
  readonly questions: number;
}

/** Score without any model. */
const nothing: Score = { loss: Number.POSITIVE_INFINITY, top1: 0, top3: 0 };

/**
 * Compares the global model, the other ones and their best mixture on examples that the personal ones have
 * not learned from. Each half of the questions is scored with weights chosen on the other half. A mixture
 * serves only where it beats the best single part: it must gain one nat of likelihood per weight (Akaike
 * 1974), have the true class among its three likeliest at least as often as the global model, and not
 * significantly less often than any other part (McNemar 1947). Weights by bins must pass the same test
 * against equal weights for all bins. Otherwise one part serves: the global model, unless another one gains
 * as much likelihood and has the true class among its three likeliest at least as often.
 *
 * Weights with a prior have proved useful elsewhere: the mixture serves unless a single part gains as much
 * likelihood, significantly, or has the true class among its three likeliest significantly more often.
 *
 * @returns null if the examples ask no questions. @throws the reason of `signal` once it is aborted.
 */
export async function compare(
  global: OpenModel,
  personal: readonly OpenPersonal[],
  examples: readonly unknown[],
  serving: Serving<unknown>,
  signal: AbortSignal,
  prior?: PartsPrior,
): Promise<PartsComparison | null> {
  const models = [global, ...personal];
  const parts = await probabilitiesOfWhatCame(models, examples, serving, signal);
  const count = parts[0]!.length;
  if (count === 0 || personal.length === 0) return null;
  const asked = {
    parts,
    bins: binsOf(personal, examples, serving),
    // Parts that take single examples have been rebuilt without the held-out ones.
    untaught: [false, ...personal.map(({ observe }) => observe !== undefined)],
    prior,
  };
  const ownParts = parts.slice(1).filter((_, i) => !personal[i]!.isShared);
  const ownWeights = ownParts.length > 0 ? fitWeights(ownParts) : [];
  const among = personal.map(({ isShared }) => (isShared ? 0 : ownWeights.shift()!));
  const alike = (weights: readonly number[]) => () => weights;
  const alone = models.map((_, i) => alike(models.map((_, j) => (i === j ? 1 : 0))));
  const candidates = [
    ...alone,
    alike([0, ...among]),
    crossed(asked, count, false),
    crossed(asked, count, true),
  ];
  const recalls = await recallsOf(models, candidates, examples, serving, signal);
  const judged = candidates.map((weights, i): Judged => {
    const losses = lossesUnder(parts, weights);
    return { losses, loss: losses.reduce((sum, loss) => sum + loss, 0) / count, ...recalls[i]! };
  });
  const [ofPersonal, ofAlike, ofBinned] = judged.slice(models.length) as [Judged, Judged, Judged];
  const ofAlone = judged.slice(0, models.length);
  const explains = (one: Judged, other: Judged) => count * (other.loss - one.loss) > personal.length;
  let chosen = 0;
  for (let i = 1; i < models.length; i++)
    if (explains(ofAlone[i]!, ofAlone[chosen]!) && ofAlone[i]!.top3 >= ofAlone[chosen]!.top3) chosen = i;
  const helps = (mixture: Judged) =>
    ofAlone.every(part => !isRarer(mixture.among3, part.among3)) &&
    (prior
      ? !ofAlone.some(part => explains(part, mixture) && isSurelyLess(part.losses, mixture.losses))
      : explains(mixture, ofAlone[chosen]!) && mixture.top3 >= ofAlone[0]!.top3);
  const isBetterBinned = prior
    ? prior.bins.size > 0
    : explains(ofBinned, ofAlike) && !isRarer(ofBinned.among3, ofAlike.among3);
  const isBinned = helps(ofBinned) && isBetterBinned;
  const all = Array.from(parts[0]!.keys());
  const fitted =
    isBinned || helps(ofAlike)
      ? fitBinned(asked, all, isBinned)
      : { all: alone[chosen]!(), bins: new Map<string, readonly number[]>() };
  const hybrid = isBinned ? ofBinned : helps(ofAlike) ? ofAlike : ofAlone[chosen]!;
  return {
    weights: fitted.all.slice(1),
    bins: new Map(Array.from(fitted.bins, ([bin, weights]) => [bin, weights.slice(1)])),
    among,
    scores: {
      global: scoreOf(ofAlone[0]!),
      personal: ownParts.length > 0 ? scoreOf(ofPersonal) : nothing,
      hybrid: scoreOf(hybrid),
    },
    questions: count,
  };
}

const scoreOf = ({ loss, top1, top3 }: Judged): Score => ({ loss, top1, top3 });

/** Standard errors of a significant difference: one-sided, 5 %. */
const errors = 1.645;

/**
 * True if `one` hits significantly less often than `other`, by the questions that only one of them hits. Of
 * several similar parts, the luckiest has a few more hits on some hundred questions than it will have later.
 */
function isRarer(one: Uint8Array, other: Uint8Array): boolean {
  let [gained, lost] = [0, 0];
  for (const [question, hit] of one.entries()) {
    if (hit > other[question]!) gained++;
    if (hit < other[question]!) lost++;
  }
  return lost - gained > errors * Math.sqrt(lost + gained);
}

/** True if the sum of `one` is significantly smaller, by differences of pairs. */
function isSurelyLess(one: Float64Array, other: Float64Array): boolean {
  const gains = one.map((loss, question) => other[question]! - loss);
  const sum = gains.reduce((all, gain) => all + gain, 0);
  const spread = gains.reduce((all, gain) => all + (gain - sum / gains.length) ** 2, 0);
  // An infinite loss has no spread.
  return sum > (Number.isFinite(sum) ? errors * Math.sqrt(spread) : 0);
}

type WeightsAt = (question: number) => readonly number[];

/** Returns weights for each question, fitted on the other half: older and newer questions. */
function crossed(asked: WeightQuestions, count: number, isBinned: boolean): WeightsAt {
  const middle = Math.ceil(count / 2);
  const all = Array.from({ length: count }, (_, question) => question);
  // A single question is both halves.
  const newer = middle < count ? all.slice(middle) : all;
  const [ofOlder, ofNewer] = [all.slice(0, middle), newer].map(half => fitBinned(asked, half, isBinned));
  return question => weightsIn(question < middle ? ofNewer! : ofOlder!, asked.bins[question]!);
}

/** Returns the bin of each question. */
function binsOf(
  models: readonly OpenPersonal[],
  examples: readonly unknown[],
  serving: Serving<unknown>,
): string[] {
  return examples.flatMap(example => {
    const { targets } = serving.questions(example);
    const levels = models.map(model => model.confidences?.(example));
    return targets.map((_, question) => binOf(levels.map(of => of?.[question])));
  });
}

/** Returns the bin of the models' confidence levels; '-' stands for a model without one. */
export function binOf(levels: readonly (number | undefined)[]): string {
  return levels.map(level => level ?? '-').join('');
}

/** Returns −ln of the mixture's probability of the true class, in nats, by question. */
function lossesUnder(parts: readonly Float32Array[], weightsAt: WeightsAt): Float64Array {
  const losses = new Float64Array(parts[0]!.length);
  for (let question = 0; question < losses.length; question++) {
    const weights = weightsAt(question);
    let probability = 0;
    for (const [i, part] of parts.entries()) probability += weights[i]! * part[question]!;
    losses[question] = -Math.log(probability);
  }
  return losses;
}

/** Returns each model's probability of the true class, question by question. */
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

type Recall = Pick<Score, 'top1' | 'top3'> & {
  /** 1 for each question whose true class was among the three likeliest. */
  readonly among3: Uint8Array;
};
type Judged = Score & Recall & { readonly losses: Float64Array };

/** Returns each mixture's recall. Needs a second pass: all classes' probabilities would take much memory. */
async function recallsOf(
  models: readonly OpenModel[],
  mixtures: readonly WeightsAt[],
  examples: readonly unknown[],
  serving: Serving<unknown>,
  signal: AbortSignal,
): Promise<Recall[]> {
  const { classes } = serving;
  const counted = mixtures.map(weightsAt => ({ weightsAt, first: 0, among3: [] as number[] }));
  const mixed = new Float32Array(classes);
  let questions = 0;
  for (const example of examples) {
    const { targets } = serving.questions(example);
    if (targets.length === 0) continue;
    const answers = await Promise.all(models.map(model => model.answer(example)));
    signal.throwIfAborted();
    for (const [question, target] of targets.entries())
      for (const mixture of counted) {
        const { weightsAt, among3 } = mixture;
        const weights = weightsAt(questions + question);
        mixed.fill(0);
        for (const [i, values] of answers.entries())
          if (weights[i]! > 0)
            for (let id = 0, at = question * classes; id < classes; id++, at++)
              mixed[id] = mixed[id]! + weights[i]! * values[at]!;
        const better = countBetter(mixed, target.class);
        if (better < 1) mixture.first++;
        among3.push(better < 3 ? 1 : 0);
      }
    questions += targets.length;
  }
  return counted.map(({ first, among3 }) => ({
    top1: first / questions,
    top3: among3.reduce((sum, hit) => sum + hit, 0) / questions,
    among3: Uint8Array.from(among3),
  }));
}

/**
 * Counts the classes ranked before this one, up to 3: likelier ones, and
 * equally likely ones with smaller ids.
 */
function countBetter(values: Float32Array, target: number): number {
  const probability = values[target]!;
  let better = 0;
  for (let i = 0; i < values.length && better < 3; i++) {
    const other = values[i]!;
    if (other > probability || (other === probability && i < target)) better++;
  }
  return better;
}
