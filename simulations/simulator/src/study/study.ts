/** Argument of a scenario's `run(options: ScenarioOptions): Promise<Findings>`. */
export interface ScenarioOptions<Settings = unknown> {
  /** Seed of all randomness: the same seed gives the same findings. */
  readonly seed: number;
  /** Output of the scenario's settings schema, if it has one. */
  readonly settings?: Settings;
  /** Prints a progress line. */
  log(line: string): void;
}

/** Findings of a scenario. */
export interface Findings {
  /** Figures for programs: one JSON object. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** Table for people: rows of cells. */
  readonly table: readonly (readonly string[])[];
  /** Reason for failure in a sentence if nothing was found: the command exits with code 1. */
  readonly failure?: string;
}
