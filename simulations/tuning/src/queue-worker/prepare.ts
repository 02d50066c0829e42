import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { FederatedData } from '@murmuration/simulations/scenario/federated-data';
import { loadScenario } from '@murmuration/simulations/scenario/load-scenario';
import type { WorkerSetup } from '@murmuration/simulations/workers/jobs';
import { digestOf } from '../queue/digest.ts';
import { type Means, requireSameMeans, type StandingRun } from '../queue/standing.ts';
import { fileOf } from './known-scenarios.ts';

/** Scenario, settings and data that a worker needs for the jobs of a run. */
export interface RunSetup extends WorkerSetup {
  readonly data: FederatedData<unknown>;
}

/**
 * Loads the scenario of a run and its data.
 * @throws `config.invalid` if this worker would train differently, because of its code version, scenario or
 * data; the message completes a sentence
 */
export async function prepare(
  run: StandingRun,
  means: Means,
  known: ReadonlyMap<string, URL>,
): Promise<RunSetup> {
  requireSameMeans(run.means, means);
  const file = fileOf(known, run.scenario);
  const { name } = run.scenario;
  const scenario = await loadScenario(file).catch((error: unknown) => {
    throw refusal(reasonOf(error));
  });
  const settings = scenario.schema.safeParse(plainOf(run.settings));
  if (!settings.success) throw refusal(`the settings of the run are none of the scenario "${name}"`);
  let data: FederatedData<unknown>;
  try {
    data = await scenario.data(settings.data);
  } catch (error) {
    throw refusal(`this worker can't load the data of the scenario "${name}": ${reasonOf(error)}`);
  }
  if (digestOf(data) !== run.data)
    throw refusal(
      `the data of the scenario "${name}" on this worker differ from those of the run: give both machines the same`,
    );
  return { module: file.href, settings: settings.data, data };
}

/** Returns the message of an error. */
export function reasonOf(error: unknown): string {
  return error instanceof MurmurationError ? error.detail : messageOf(error);
}

function refusal(reason: string): MurmurationError {
  return new MurmurationError('config.invalid', reason.replace(/\.$/, ''));
}

function plainOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
