import type { Variant } from '../experiments/experiment.ts';

/** Keys of an arm that one window names at most; further ones are named when they come again. */
const mostUnits = 5_000;
/** Keys that are remembered as named; those named first are forgotten first, and named again. */
const mostNamed = 200_000;
const mostArms = 100;

/** The first request of a key. */
export interface SeenUnit {
  readonly unit: string;
  readonly failed: boolean;
  /** That it took. */
  readonly ms: number;
  /** What it said was known of its key before; undefined: nothing. */
  readonly covariate?: number | undefined;
}

/** What one replica has seen of an arm of an experiment in a short time. Plain data. */
export interface ArmWindow {
  readonly experiment: string;
  readonly arm: string;
  readonly requests: number;
  readonly failures: number;
  /** Of an experiment that mirrors: answers that were the same, and requests for which there was no room. */
  readonly agreed: number;
  readonly dropped: number;
  /** Keys whose first request it was. */
  readonly units: readonly SeenUnit[];
}

type Open = { -readonly [Name in keyof ArmWindow]: ArmWindow[Name] } & {
  units: SeenUnit[];
};

/** Takes down what happens to the arms of experiments, for one window after the other. */
export class ArmWindows {
  #open = new Map<string, Open>();
  readonly #named = new Set<string>();

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  request({ experiment, arm, unit, covariate }: Variant, failed: boolean, ms: number, agreed = false): void {
    const own = this.#of(experiment, arm);
    if (!own) return;
    own.requests += 1;
    if (failed) own.failures += 1;
    if (agreed) own.agreed += 1;
    const name = `${experiment}\n${unit}`;
    if (this.#named.has(name) || own.units.length >= mostUnits) return;
    this.#named.add(name);
    if (this.#named.size > mostNamed) this.#named.delete(this.#named.keys().next().value as string);
    own.units.push({ unit, failed, ms, ...(covariate !== undefined && { covariate }) });
  }

  dropped({ experiment, arm }: Variant): void {
    const own = this.#of(experiment, arm);
    if (own) own.dropped += 1;
  }

  /** What was seen since the last time. */
  take(): readonly ArmWindow[] {
    const taken = [...this.#open.values()];
    this.#open = new Map();
    return taken;
  }

  #of(experiment: string, arm: string): Open | undefined {
    const key = `${experiment}\n${arm}`;
    const known = this.#open.get(key);
    if (known || this.#open.size >= mostArms) return known;
    const fresh: Open = { experiment, arm, requests: 0, failures: 0, agreed: 0, dropped: 0, units: [] };
    this.#open.set(key, fresh);
    return fresh;
  }
}
