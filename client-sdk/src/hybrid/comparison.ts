import type { Serving } from '@murmuration/engine/inference/serving';
import { fitBinned, type Questions, weightsIn } from './binned-weights.ts';
import type { Score } from './hybrid.ts';
import type { OpenModel } from './inference.ts';
import { fitWeights } from './mixture.ts';
import type { OpenPersonal } from './personal.ts';
import type { PartsPrior } from './weights-prior.ts';

/** How the parts of a mixture do on the held-out examples, and which weights they should have. */
export interface Comparison {
  /** Of the other models, in their order; all 0 where the global model alone does as well. */
  readonly weights: readonly number[];
  /** The same where contexts are known so well, where that differs; by bin. */
  readonly bins: ReadonlyMap<string, readonly number[]>;
  /** Of the personal models among themselves, with the sum 1; 0 of those that are shared. */
  readonly among: readonly number[];
  /** That of the hybrid model on halves of the questions, each under weights that were chosen on the other one. */
  readonly scores: { readonly global: Score; readonly personal: Score; readonly hybrid: Score };
  readonly questions: number;
}

/** The score of nothing at all. */
const nothing: Score = { loss: Number.POSITIVE_INFINITY, top1: 0, top3: 0 };

/**
 * Compares the global model, the other ones and their best mixture on examples that the personal ones have not learned from. A mixture serves only
 * where it is better than the best part alone, on each half of the questions under weights that were chosen on the other half: it has to explain
 * them better by one nat for each weight (Akaike 1974), and to have what came among its three likeliest as often as the global model, and no less often
 * than any other part by more than chance makes of it (McNemar 1947). Weights by bins have to do the same in comparison with those alike for all. Otherwise one part serves alone:
 * the global model, unless another one explains them better by as much and has what came among its three likeliest as often.
 *
 * Weights that begin from a prior have been found to help elsewhere: the mixture serves unless one part alone explains the examples better, by as
 * much and by more than chance, or has what came among its three likeliest oftener by more than chance.
 *
 * @returns null where the examples ask nothing. @throws the reason of `signal` once it is aborted.
 */
export async function compare(
  global: OpenModel,
  personal: readonly OpenPersonal[],
  examples: readonly unknown[],
  serving: Serving<unknown>,
  signal: AbortSignal,
  prior?: PartsPrior,
): Promise<Comparison | null> {
  const models = [global, ...personal];
  const parts = await probabilitiesOfWhatCame(models, examples, serving, signal);
  const count = parts[0]!.length;
  if (count === 0 || personal.length === 0) return null;
  const asked = {
    parts,
    bins: binsOf(personal, examples, serving),
    // What takes examples one by one has been made again without those that are held out.
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

/** Standard errors beyond which fewer hits are no chance: one-sided, 5 %. */
const errors = 1.645;

/**
 * Whether the hits of one are fewer than those of the other by more than chance makes of it, on the questions that only one of them hits. Of several
 * parts that are alike, the luckiest has a handful of hits more on a few hundred questions than it will have later.
 */
function isRarer(one: Uint8Array, other: Uint8Array): boolean {
  let [gained, lost] = [0, 0];
  for (const [question, hit] of one.entries()) {
    if (hit > other[question]!) gained++;
    if (hit < other[question]!) lost++;
  }
  return lost - gained > errors * Math.sqrt(lost + gained);
}

/** Whether the sum of one kind of losses is smaller than that of the other by more than chance, question beside question. */
function isSurelyLess(one: Float64Array, other: Float64Array): boolean {
  const gains = one.map((loss, question) => other[question]! - loss);
  const sum = gains.reduce((all, gain) => all + gain, 0);
  const spread = gains.reduce((all, gain) => all + (gain - sum / gains.length) ** 2, 0);
  // Without a probability for what came there is nothing to spread.
  return sum > (Number.isFinite(sum) ? errors * Math.sqrt(spread) : 0);
}

/** The weights of the parts at a question. */
type WeightsAt = (question: number) => readonly number[];

/** At each question of a half weights that were chosen on the other half: first the older ones, then the newer. */
function crossed(asked: Questions, count: number, isBinned: boolean): WeightsAt {
  const middle = Math.ceil(count / 2);
  const all = Array.from({ length: count }, (_, question) => question);
  // One question is both halves.
  const newer = middle < count ? all.slice(middle) : all;
  const [ofOlder, ofNewer] = [all.slice(0, middle), newer].map(half => fitBinned(asked, half, isBinned));
  return question => weightsIn(question < middle ? ofNewer! : ofOlder!, asked.bins[question]!);
}

/** How well the models know the context of each question. */
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

/** The bin of a context that models know so well; undefined of those that can't tell. */
export function binOf(levels: readonly (number | undefined)[]): string {
  return levels.map(level => level ?? '-').join('');
}

/** −ln of what the mixture gives to what came, in nats. */
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

type Recall = Pick<Score, 'top1' | 'top3'> & {
  /** 1 at each question whose class was among the three likeliest. */
  readonly among3: Uint8Array;
};
type Judged = Score & Recall & { readonly losses: Float64Array };

/** Recall of each mixture. A second pass, since the probabilities of all classes at all questions would take much memory. */
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

/** How many classes go before this one: likelier ones, and of equally likely ones those with smaller numbers. Counts up to 3. */
function countBetter(values: Float32Array, target: number): number {
  const probability = values[target]!;
  let better = 0;
  for (let i = 0; i < values.length && better < 3; i++) {
    const other = values[i]!;
    if (other > probability || (other === probability && i < target)) better++;
  }
  return better;
}
