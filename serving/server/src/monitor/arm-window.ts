import * as z from 'zod';
import { largestCovariate } from '../experiments/assignment.ts';
import type { Variant } from '../experiments/experiment.ts';

/** Maximum keys of an arm in one window; more are reported when they come again. */
const maxKeysOfArm = 5_000;
/** Maximum keys remembered as reported; the oldest are forgotten first, and reported again. */
const maxReportedKeys = 200_000;
const mostArms = 100;

const name = z.string().min(1).max(128);
const count = z.int().min(0).max(1e9);
/** Pseudonym of a key. */
export const pseudonym = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'expected 16 digits and lower-case letters from a to f');

/** Events of an experiment's arm at one replica in one window. */
const armWindow = z.strictObject({
  experiment: name,
  arm: name,
  requests: count,
  failures: count,
  /** Numbers of identical answers and of requests dropped for lack of room, in a mirroring experiment. */
  agreed: count,
  dropped: count,
  /** Keys that were first seen in this window, with their first requests. */
  units: z
    .array(
      z.strictObject({
        unit: pseudonym,
        failed: z.boolean(),
        /** Duration of the request. */
        ms: z.number().min(0).max(1e9),
        /** Number known of the key before the experiment, as the request gives it; undefined: none. */
        covariate: z.number().min(-largestCovariate).max(largestCovariate).optional(),
      }),
    )
    .max(maxKeysOfArm),
});

export const armWindows = z.array(armWindow).max(mostArms);
export type ArmWindow = z.output<typeof armWindow>;

/** Collects events of the arms of experiments, window by window. */
export class ArmWindows {
  #open = new Map<string, ArmWindow>();
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
    if (this.#named.has(name) || own.units.length >= maxKeysOfArm) return;
    this.#named.add(name);
    if (this.#named.size > maxReportedKeys) this.#named.delete(this.#named.keys().next().value as string);
    own.units.push({ unit, failed, ms, ...(covariate !== undefined && { covariate }) });
  }

  dropped({ experiment, arm }: Variant): void {
    const own = this.#of(experiment, arm);
    if (own) own.dropped += 1;
  }

  /** Returns the windows collected since the last call. */
  take(): readonly ArmWindow[] {
    const taken = [...this.#open.values()];
    this.#open = new Map();
    return taken;
  }

  #of(experiment: string, arm: string): ArmWindow | undefined {
    const key = `${experiment}\n${arm}`;
    const known = this.#open.get(key);
    if (known || this.#open.size >= mostArms) return known;
    const fresh: ArmWindow = { experiment, arm, requests: 0, failures: 0, agreed: 0, dropped: 0, units: [] };
    this.#open.set(key, fresh);
    return fresh;
  }
}
