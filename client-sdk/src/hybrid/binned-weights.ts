import { fitWeights } from './mixture.ts';
import type { PartsPrior } from './weights-prior.ts';

/** What weights follow from: what each part had given to what came, question by question, and the bin of each question. */
export interface Questions {
  readonly parts: readonly Float32Array[];
  /** How well the parts knew the context, in words that are the same for contexts that are known alike. */
  readonly bins: readonly string[];
  /** Which parts nobody ever taught what came: rounds teach the others the examples that are held out as well. */
  readonly untaught: readonly boolean[];
  /** From which the weights begin; it knows already what `untaught` is for. */
  readonly prior?: PartsPrior | undefined;
}

/** Weights of the parts of a mixture: those of a bin, or where it has none, those of all. */
export interface BinnedWeights {
  readonly all: readonly number[];
  readonly bins: ReadonlyMap<string, readonly number[]>;
}

/** Questions as which the weights of all count in each bin: a bin with few of its own has nearly those (Jelinek and Mercer 1980). */
const strength = 30;

/**
 * Questions, as a share of all, as which it counts for a part that it never saw what came: the others look better beside it than they will be on
 * what comes next. Chosen on text that came later.
 */
const forUntaught = 0.1;

/** The weights under which some of the questions were likeliest, by bins or alike for all. */
export function fitBinned(
  { parts, bins, untaught, prior }: Questions,
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
