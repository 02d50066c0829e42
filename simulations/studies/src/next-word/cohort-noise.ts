import type { Correlated } from '@murmuration/privacy/mechanisms/mechanism';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import work from '@murmuration/rounds/privacy/worker';

/** The noise of rounds that are accounted for with more devices than are simulated. */
export interface CohortNoise {
  /** How rounds share it. */
  readonly shared: Extract<Correlated['noise'], { readonly kind: 'bisr' }>;
  /** z that the accounting asks for; 0: no noise. */
  readonly noiseMultiplier: number;
  /** Devices of a round in the accounting. */
  readonly cohort: number;
}

/**
 * Makes sums of `simulated` devices as noisy as their mean would be were they `cohort` (McMahan et al. 2018, § 5): the standard deviation is z longest
 * updates × simulated / cohort. `own` is the z of the federation that asks, of which nothing else is used.
 */
export function cohortNoise(
  { shared, noiseMultiplier, cohort }: CohortNoise,
  { own, simulated }: { readonly own: number; readonly simulated: number },
): NoiseMaker {
  const scale = ((noiseMultiplier / own) * simulated) / cohort;
  // The federation keeps only those that its own noise needs.
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
