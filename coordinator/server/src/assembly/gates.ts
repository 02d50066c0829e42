import type { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { canaryOf, type GatePorts, Gates, gateActor } from '@murmuration/lifecycle/gates/gates';
import { PromotionWatcher } from '@murmuration/lifecycle/gates/promotion-watcher';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { gateName } from '@murmuration/rounds/promotion/version-aliases';
import { measuredTogether } from '@murmuration/rounds/queries/device-metrics';
import type { Task } from '@murmuration/rounds/task/task';
import { canaryTerms, queryOf } from '@murmuration/rounds/task/task-promotion';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { threadRuntime } from '@murmuration/serving/runtime/thread-runtime';
import { latencyP99 } from '@murmuration/serving/server/latency';
import type { Core } from './core.ts';
import type { Scope } from './scope.ts';

/** Parts that decide about versions. */
export interface Decisions {
  readonly gates: Gates;
  readonly watcher: PromotionWatcher;
}

/**
 * Opens the gates of all tasks of a core and the watcher of the versions that they promote; call it before
 * rounds resume. Throws `storage.*`.
 */
export async function openGates(
  { config, clock, events, moments, storage, opened }: Scope,
  {
    rounds,
    registry,
    versionAliases,
    control,
  }: Pick<Core, 'rounds' | 'registry' | 'versionAliases' | 'control'>,
  experiments: Pick<Experiments, 'splitOf' | 'create' | 'isMeasured'>,
): Promise<Decisions> {
  const { gateDecisions: decisions, promotionWatches: watches, verdicts } = storage;
  const taskOf = (task: string) => rounds.get(task)?.task;
  const watcher = new PromotionWatcher({
    taskOf,
    versionAliases,
    control,
    decisions,
    watches,
    verdicts,
    moments,
    events,
    clock,
  });
  opened.add(() => watcher.close());
  moments.join({ watcher });
  // A cell gets its tasks one at a time.
  if (config.role !== 'cell') await watcher.open();
  const gates = new Gates({
    taskOf,
    experimentOf: task => experiments.splitOf(task),
    beginCanary: (task, number) => beginCanary(experiments, task, number),
    registry,
    versionAliases,
    decisions,
    clock,
    moments,
    events,
    onDevices: (task, versions) => measuredTogether(task, versions, storage.queryResults),
    turn: () => new Promise(resolve => systemTurns.soon(resolve)),
    latencyP99: measureLatency,
  });
  opened.add(() => gates.close());
  moments.join({ gates });
  for (const { task } of rounds.values()) {
    requireMeasured(task, experiments);
    await gates.open(task.name);
  }
  return { gates, watcher };
}

/** Measures the 99th percentile of a version's latency, in ms, in a separate thread. */
const measureLatency: GatePorts['latencyP99'] = async (
  { name, serving: { warmUp, transformer } },
  files,
  signal,
) => {
  const runtime = threadRuntime();
  try {
    const model = await runtime.load({ platform: 'tensorflowjs_layersmodel', files });
    const asked = { name, recorded: warmUp ?? undefined, transformer: transformer ?? undefined };
    return await latencyP99(model, asked, systemTurns, signal);
  } finally {
    await runtime.close();
  }
};

/** Throws `config.invalid` for a task whose promotion depends on a figure that is not measured. */
export function requireMeasured(
  { name, promote }: Task,
  { isMeasured }: Pick<Experiments, 'isMeasured'>,
): void {
  if (promote && queryOf(promote) === null && !isMeasured)
    throw new MurmurationError(
      'config.invalid',
      `The task ${name} promotes by a canary, and inference.feedback is null: nothing would be measured.`,
    );
}

/**
 * Begins the canary that a task asks for, for a version that has passed its gate. Throws the errors of
 * `Experiments.create`.
 */
function beginCanary(
  experiments: Pick<Experiments, 'create'>,
  { name, promote }: Task,
  number: number,
): Promise<unknown> {
  const terms = canaryTerms(promote!, { name: canaryOf(number), version: number });
  return experiments.create(name, terms, gateName, gateActor);
}
