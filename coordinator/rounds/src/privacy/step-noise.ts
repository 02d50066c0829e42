import { sharedNoiseOf } from '../task/task-privacy.ts';
import type { BudgetTerms, Claim, PrivacyLedger } from './ledger.ts';
import type { NoiseMaker } from './noise-maker.ts';

/** The noise of one step of a budget, which the coordinator adds. */
export interface StepNoise {
  /** Takes the step, for good. Throws as `PrivacyLedger.claim`. */
  claim(claim: Omit<Claim, 'oldest'>): Promise<ReadonlyMap<number, Uint8Array>>;
  /**
   * So many numbers of noise of the standard deviation `stddev` before it is shared, the same however often they are made. What it
   * remembers is kept before it returns, and what was kept for the step stays until the next one is claimed: a crash in between changes nothing.
   */
  make(
    seeds: ReadonlyMap<number, Uint8Array>,
    stddev: number,
    count: number,
    signal: AbortSignal,
  ): Promise<Float32Array>;
}

export async function stepNoise(
  { ledger, noise: maker }: { readonly ledger: PrivacyLedger; readonly noise: NoiseMaker },
  { budget, terms }: { readonly budget: string; readonly terms: BudgetTerms },
  step: number,
): Promise<StepNoise> {
  const noise = sharedNoiseOf(terms);
  const from = noise.kind === 'blt' ? await ledger.rememberedBefore(budget, step) : step - noise.bands + 1;
  return {
    claim: claim => ledger.claim({ ...claim, oldest: from }),
    async make(seeds, stddev, count, signal) {
      const remembered =
        noise.kind === 'blt'
          ? { step: from, memory: await ledger.memory(budget, from) }
          : { step: 0, memory: undefined };
      const made = await maker.make({ noise, seeds, step, stddev, count, remembered }, signal);
      if (made.memory) await ledger.remember(budget, step + 1, made.memory);
      return made.noise;
    },
  };
}
