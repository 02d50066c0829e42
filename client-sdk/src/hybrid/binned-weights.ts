import { fitWeights } from './mixture.ts';

/** What weights follow from: what each part had given to what came, question by question, and the bin of each question. */
export interface Questions {
  readonly parts: readonly Float32Array[];
  /** How well the parts knew the context, in words that are the same for contexts that are known alike. */
  readonly bins: readonly string[];
}

/** Weights of the parts of a mixture: those of a bin, or where it has none, those of all. */
export interface BinnedWeights {
  readonly all: readonly number[];
  readonly bins: ReadonlyMap<string, readonly number[]>;
}

/** Questions as which the weights of all count in each bin: a bin with few of its own has nearly those (Jelinek and Mercer 1980). */
const strength = 30;

/** The weights under which some of the questions were likeliest, by bins or alike for all. */
export function fitBinned(
  { parts, bins }: Questions,
  among: readonly number[],
  isBinned: boolean,
): BinnedWeights {
  const of = (questions: readonly number[]) =>
    parts.map(part => Float32Array.from(questions, question => part[question]!));
  const all = fitWeights(of(among));
  const found = new Map<string, readonly number[]>();
  if (!isBinned) return { all, bins: found };
  const byBin = new Map<string, number[]>();
  for (const question of among) {
    const known = byBin.get(bins[question]!);
    if (known) known.push(question);
    else byBin.set(bins[question]!, [question]);
  }
  const prior = all.map(weight => strength * weight);
  for (const [bin, questions] of byBin) found.set(bin, fitWeights(of(questions), prior));
  return { all, bins: found };
}

export function weightsIn({ all, bins }: BinnedWeights, bin: string): readonly number[] {
  return bins.get(bin) ?? all;
}
