import { sharedNoiseOf } from '../task/task-privacy.ts';
import type { BudgetTerms, Claim, PrivacyLedger } from './ledger.ts';
import type { NoiseMaker } from './noise-maker.ts';

/** Noise of one step of a budget, which the coordinator adds. */
export interface StepNoise {
  /** Takes the step, permanently. Throws as `PrivacyLedger.claim`. */
  claim(claim: Omit<Claim, 'oldest'>): Promise<ReadonlyMap<number, Uint8Array>>;
  /**
   * Makes `count` numbers of the step's noise from independent noise of standard deviation `stddev`, always
   * the same ones. What the noise remembers is stored before it returns, and stays until the next step is
   * claimed: a crash in between changes nothing.
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
