import type { Correlated } from '@murmuration/privacy/mechanisms/mechanism';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import work from '@murmuration/rounds/privacy/worker';
import { sharedNoiseOf } from '@murmuration/rounds/task/task-privacy';
import { openFederation } from '@murmuration/simulations/federation/federation';
import { completeSettings } from '@murmuration/simulations/scenario/complete-settings';
import type { GivenSettings, Scenario } from '@murmuration/simulations/scenario/define-scenario';

/** What anybody may know of a run: its versions, and who had a part in each. */
export interface Released {
  /** For each version the sum of its round's updates, as it was released. */
  readonly sums: readonly Float32Array[];
  /** For each version its contributors. */
  readonly contributors: readonly (readonly number[])[];
  /** How versions share their noise. */
  readonly shared: Correlated['noise'];
  /** What the coordinator states. */
  readonly statement: Statement;
}

export interface AuditedRun {
  readonly scenario: Scenario;
  readonly settings: readonly GivenSettings[];
  /** What the noise is multiplied with: 1 where nothing is broken. */
  readonly noise: number;
  /** Threads that train. */
  readonly workers?: number;
  log(line: string): void;
}

/** Plays the rounds of a federation with a privacy budget, and collects what it releases. Throws `training.failed` where a round fails. */
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
