import { fitWeights } from './mixture.ts';
import type { PartsPrior } from './weights-prior.ts';

/**
 * Data for fitting weights: each part's probability of the true class, by question, and each question's bin.
 */
export interface WeightQuestions {
  readonly parts: readonly Float32Array[];
  /** Keys of how well the parts knew the context; equal keys share a bin. */
  readonly bins: readonly string[];
  /** True for parts that never learned the held-out examples; rounds teach these to the other parts. */
  readonly untaught: readonly boolean[];
  /** Initial weights; they already account for `untaught`. */
  readonly prior?: PartsPrior | undefined;
}

/** Weights of the parts of a mixture: those of a bin, or of all bins if it has none. */
export interface BinnedWeights {
  readonly all: readonly number[];
  readonly bins: ReadonlyMap<string, readonly number[]>;
}

/**
 * Weight of the overall weights in each bin, in questions: a bin with few questions has
 * nearly these (Jelinek and Mercer 1980).
 */
const strength = 30;

/**
 * Handicap of untaught parts, as a share of all questions: the other parts look better on the held-out
 * examples than they will be on new ones. Chosen on later text.
 */
const forUntaught = 0.1;

/** Returns the weights that maximise the likelihood of the questions in `among`, by bin or for all bins. */
export function fitBinned(
  { parts, bins, untaught, prior }: WeightQuestions,
  among: readonly number[],
  isBinned: boolean,
): BinnedWeights {
  const of = (questions: readonly number[]) =>
    parts.map(part => Float32Array.from(questions, question => part[question]!));
  const times = (weights: readonly number[], questions: number) => weights.map(weight => questions * weight);
  const handicap = untaught.map(is => (is ? forUntaught * among.length : 0));
  const all = fitWeights(of(among), prior ? times(prior.all, prior.questions) : handicap);
  const found = new Map<string, readonly number[]>();
  if (!isBinned) return { all, bins: found };
  const byBin = new Map<string, number[]>();
  for (const question of among) {
    const known = byBin.get(bins[question]!);
    if (known) known.push(question);
    else byBin.set(bins[question]!, [question]);
  }
  for (const bin of new Set([...byBin.keys(), ...(prior?.bins.keys() ?? [])])) {
    const known = prior?.bins.get(bin);
    const before = prior && known ? times(known, prior.questions) : times(all, strength);
    found.set(bin, fitWeights(of(byBin.get(bin) ?? []), before));
  }
  return { all, bins: found };
}

export function weightsIn({ all, bins }: BinnedWeights, bin: string): readonly number[] {
  return bins.get(bin) ?? all;
}
