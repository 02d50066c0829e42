import { completeSettings } from '@murmuration/simulations/scenario/complete-settings';
import type { GivenSettings } from '@murmuration/simulations/scenario/define-scenario';
import { loadScenario } from '@murmuration/simulations/scenario/load-scenario';
import { trainCentral } from './central-trial.ts';
import { trainFederated } from './federated-trial.ts';
import type { MeasuredOn, Trained } from './training.ts';
import type { TrialTraining } from './trial.ts';
import { trialData } from './trial-data.ts';

/** Job of a training thread, as plain data. */
export interface TrialJob {
  /** URL of the scenario's file. */
  readonly module: string;
  readonly given: readonly GivenSettings[];
  readonly training: 'federated' | 'central';
  readonly on: MeasuredOn;
  readonly metric: string;
  readonly folder: string | null;
  readonly until: number;
  readonly looks: readonly number[];
  readonly workers: number;
  /** Flag in shared memory; not 0 once all trainings must stop. */
  readonly stop: Int32Array;
}

/** Runs one training of a search. */
export async function doTrial(
  { module, given, training, stop, ...job }: TrialJob,
  passed: TrialTraining['passed'],
): Promise<Trained> {
  const scenario = await loadScenario(new URL(module));
  const settings = completeSettings(scenario, ...given);
  const data = await trialData(scenario, settings, job.on);
  const isStopped = () => Atomics.load(stop, 0) !== 0;
  const trial = { ...job, scenario, settings, data, isStopped, passed };
  return training === 'central' ? trainCentral(trial) : trainFederated(trial);
}
