import { readFileSync } from 'node:fs';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'));

export interface TwoSampleCase {
  readonly case: string;
  readonly type: 'num' | 'cat';
  readonly results: Readonly<
    Record<string, { readonly score: number; readonly threshold: number; readonly drift: boolean }>
  >;
  readonly reference?: readonly number[];
  readonly current?: readonly number[];
  readonly evidently_default: { readonly test: string; readonly score: number; readonly drift: boolean };
  readonly scipy: Readonly<Record<string, number>> & {
    readonly sturges_bin_edges?: readonly number[];
    readonly chi2_contingency_no_correction?: { readonly p: number };
  };
}

/** Figures of Evidently 0.7, scipy and statsmodels; see the README of the vectors. */
export const drift: {
  readonly twoSample: readonly TwoSampleCase[];
  readonly ab: readonly Readonly<Record<string, number>>[];
  readonly published: readonly {
    readonly test: string;
    readonly case?: string;
    readonly reference?: readonly number[];
    readonly current?: readonly number[];
    readonly score: number;
    readonly abs_tol: number;
  }[];
} = read('drift.json');

/** The samples of a case; those of the large one follow from a formula. */
export function samplesOf({ case: name, reference, current }: TwoSampleCase) {
  if (reference && current) return { reference, current };
  if (name !== 'num_large') throw new Error(`The case ${name} has no samples.`);
  return {
    reference: Array.from({ length: 1_500 }, (_, i) => ((i * 7_919) % 1_009) / 100),
    current: Array.from({ length: 900 }, (_, i) => ((i * 7_907 + 31) % 1_013) / 100 + 0.8),
  };
}

/** Figures of GrowthBook's formulas. */
export const sequential: {
  readonly cases: readonly [
    Readonly<Record<string, number>>,
    {
      readonly cases: readonly {
        readonly rows: readonly (readonly number[])[] | string;
        readonly null: readonly number[] | string;
        readonly p: readonly number[];
      }[];
    },
  ];
} = read('sequential-tests.json');
