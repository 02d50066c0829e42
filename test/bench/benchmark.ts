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
