import type { Correlated } from '@murmuration/privacy/mechanisms/mechanism';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import work from '@murmuration/rounds/privacy/worker';

/** Noise of rounds whose accounting assumes more devices than are simulated. */
export interface CohortNoise {
  /** Correlation of the noise between rounds. */
  readonly shared: Extract<Correlated['noise'], { readonly kind: 'bisr' }>;
  /** Noise multiplier z of the accounting; 0: no noise. */
  readonly noiseMultiplier: number;
  /** Devices per round in the accounting. */
  readonly cohort: number;
}

/**
 * Makes sums of `simulated` devices as noisy as their mean would be with `cohort` devices (McMahan et al.
 * 2018, § 5): the standard deviation is z × clip × simulated / cohort. `own` is the z of the requesting
 * federation, whose noise is replaced.
 */
export function cohortNoise(
  { shared, noiseMultiplier, cohort }: CohortNoise,
  { own, simulated }: { readonly own: number; readonly simulated: number },
): NoiseMaker {
  const scale = ((noiseMultiplier / own) * simulated) / cohort;
  // The federation keeps only the seeds that its own noise needs.
  const seeds = new Map<number, Uint8Array>();
  return {
    async make(job) {
      for (const [step, seed] of job.seeds) seeds.set(step, seed);
      return work({ ...job, noise: shared, seeds, stddev: scale * job.stddev });
    },
    async close() {
      seeds.clear();
    },
  };
}
