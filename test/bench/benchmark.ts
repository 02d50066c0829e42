/** What a benchmark's `run(options: BenchmarkOptions): Promise<Figures>` is given. */
export interface BenchmarkOptions {
  readonly json: boolean;
  /** What the name of the benchmark is followed by. */
  readonly args: readonly string[];
  /** Tells a person how far the benchmark is. */
  log(line: string): void;
}

/** The figures of a run by name: what it was given, what it measured, and the baseline of the same run. */
export type Figures = Record<string, unknown>;

/** A figure to four digits. */
export const round = (value: number): number => Number(value.toPrecision(4));

/** The number in the middle; of an even number of them, the upper one there. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

/** A ratio of medians, and the least and the most of the ratios of single turns; `over` and `under` have one number a turn. */
export function ratioOf(
  over: readonly number[],
  under: readonly number[],
): { readonly ratio: number; readonly range: readonly [low: number, high: number] } {
  const single = over.map((value, turn) => value / under[turn]!);
  return {
    ratio: round(median(over) / median(under)),
    range: [round(Math.min(...single)), round(Math.max(...single))],
  };
}

/** What of some figures is more than they say that it may be: `nameLimit` beside `name`. */
export function overLimits(figures: Figures): readonly string[] {
  return Object.entries(figures).flatMap(([name, value]) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return overLimits(value as Figures);
    const limit = figures[`${name}Limit`];
    return typeof value === 'number' && typeof limit === 'number' && value > limit
      ? [`${name} is ${value}; ${limit} is the most.`]
      : [];
  });
}

/** Says what a run failed with and ends: in its own words, unless it is a fault of the program, of which one wants to know where. */
export function endOf(error: unknown): never {
  const isPlain = error instanceof Error && (error.name === 'Error' || 'code' in error);
  console.error(isPlain ? error.message : error);
  process.exit(2);
}
