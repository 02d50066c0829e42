/** What a scenario's `run(options: ScenarioOptions): Promise<Findings>` is given. */
export interface ScenarioOptions<Settings = unknown> {
  /** Of everything that is drawn: the same seed gives the same findings. */
  readonly seed: number;
  /** What the schema of the scenario made of the settings that were given, where it has one. */
  readonly settings?: Settings;
  /** Tells a person how far the scenario is. */
  log(line: string): void;
}

/** What a scenario found. */
export interface Findings {
  /** For programs: one JSON object. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** For people: rows of cells. */
  readonly table: readonly (readonly string[])[];
  /** What failed, in a sentence, where nothing was found: the command ends with exit code 1. */
  readonly failure?: string;
}
