import type { Correlated } from '@murmuration/privacy/mechanisms/mechanism';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import work from '@murmuration/rounds/privacy/worker';
import { sharedNoiseOf } from '@murmuration/rounds/task/task-privacy';
import { openFederation } from '@murmuration/simulations/federation/federation';
import { completeSettings } from '@murmuration/simulations/scenario/complete-settings';
import type { GivenSettings, Scenario } from '@murmuration/simulations/scenario/define-scenario';

/** Public knowledge of a run: its versions, and the contributors of each. */
export interface Released {
  /** Released sum of updates for each version. */
  readonly sums: readonly Float32Array[];
  /** Contributors of each version. */
  readonly contributors: readonly (readonly number[])[];
  /** Correlation of the noise between versions. */
  readonly shared: Correlated['noise'];
  /** Privacy statement of the coordinator. */
  readonly statement: Statement;
}

export interface AuditedRun {
  readonly scenario: Scenario;
  readonly settings: readonly GivenSettings[];
  /** Factor on the noise: 1 for an unbroken run. */
  readonly noise: number;
  /** Number of threads that train. */
  readonly workers?: number;
  log(line: string): void;
}

/**
 * Runs the rounds of a federation with a privacy budget, and collects what it releases.
 * @throws `training.failed` if a round fails
 */
export async function release({
  scenario,
  settings: given,
  noise,
  workers,
  log,
}: AuditedRun): Promise<Released> {
  const settings = completeSettings(scenario, ...given);
  const data = await scenario.data(settings);
  const maker: NoiseMaker = {
    make: async job => work({ ...job, stddev: noise * job.stddev }),
    close: async () => {},
  };
  const federation = await openFederation(scenario, settings, data, {
    noise: maker,
    ...(workers !== undefined && { workers }),
  });
  try {
    const sums: Float32Array[] = [];
    const contributors: (readonly number[])[] = [];
    let before = (await federation.newest()).weights;
    for (let round = 1; round <= settings.stop.rounds; round++) {
      const { outcome, failure, training, tally } = await federation.next();
      if (outcome === 'failed')
        throw new MurmurationError('training.failed', `Round ${round} failed: ${failure?.reason}`);
      const { weights } = await federation.newest();
      const last = before;
      sums.push(weights.map((value, i) => tally.accepted * (value - last[i]!)));
      contributors.push(training?.client ?? []);
      before = weights;
      if (round % 5 === 0) log(`  ${round} of ${settings.stop.rounds} versions`);
    }
    const statement = (await federation.spent())!;
    return { sums, contributors, shared: sharedNoiseOf(federation.task.privacy!), statement };
  } finally {
    await federation.close();
  }
}
