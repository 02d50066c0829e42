import { newExperiment } from '@murmuration/api/experiment';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { threadRuntime } from '@murmuration/serving/runtime/thread-runtime';
import { latencyP99 } from '@murmuration/serving/server/latency';
import type { CoordinatorEvents } from '../events/events.ts';
import type { Experiments } from '../lifecycle/experiments/experiments.ts';
import { canaryOf, Gates, gateActor } from '../lifecycle/gates/gates.ts';
import { PromotionWatcher } from '../lifecycle/gates/promotion-watcher.ts';
import { gateName } from '../promotion/version-aliases.ts';
import { measuredTogether } from '../queries/device-metrics.ts';
import type { Storage } from '../storage/storage.ts';
import type { Task } from '../task/task.ts';
import type { Core } from './core.ts';

/** Opens the gates of all tasks of a core, and what watches the versions that they promote, before rounds go on. Throws `storage.*`. */
export async function openGates(
  {
    rounds,
    registry,
    versionAliases,
    control,
  }: Pick<Core, 'rounds' | 'registry' | 'versionAliases' | 'control'>,
  {
    clock,
    events,
    storage,
    experiments,
    takesOver,
  }: {
    readonly clock: ConstructorParameters<typeof Gates>[0]['clock'];
    readonly events: CoordinatorEvents;
    readonly storage: Pick<Storage, 'gateDecisions' | 'promotionWatches' | 'verdicts' | 'queryResults'>;
    readonly experiments: Pick<Experiments, 'splitOf' | 'create' | 'isMeasured'>;
    /** Whether tasks come one by one. */
    readonly takesOver: boolean;
  },
): Promise<{ readonly gates: Gates; readonly watcher: PromotionWatcher }> {
  const { gateDecisions: decisions, promotionWatches: watches, verdicts } = storage;
  const taskOf = (task: string) => rounds.get(task)?.task;
  const watcher = new PromotionWatcher({
    taskOf,
    versionAliases,
    control,
    decisions,
    watches,
    verdicts,
    events,
    clock,
  });
  if (!takesOver) await watcher.open();
  const gates = new Gates({
    taskOf,
    experimentOf: task => experiments.splitOf(task),
    beginCanary: (task, number) => beginCanary(experiments, task, number),
    registry,
    versionAliases,
    decisions,
    clock,
    events,
    onDevices: (task, versions) => measuredTogether(task, versions, storage.queryResults),
    turn: () => new Promise(resolve => systemTurns.soon(resolve)),
    async latencyP99({ name, serving: { warmUp, transformer } }, files, signal) {
      const runtime = threadRuntime();
      try {
        const model = await runtime.load({ platform: 'tensorflowjs_layersmodel', files });
        return await latencyP99(
          model,
          { name, recorded: warmUp ?? undefined, transformer: transformer ?? undefined },
          systemTurns,
          signal,
        );
      } finally {
        await runtime.close();
      }
    },
  });
  for (const { task } of rounds.values()) {
    requireMeasured(task, experiments);
    await gates.open(task.name);
  }
  return { gates, watcher };
}

/** Throws `config.invalid` for a task that promotes by what is not measured. */
export function requireMeasured(
  { name, promote }: Task,
  { isMeasured }: Pick<Experiments, 'isMeasured'>,
): void {
  if (promote && promote.query === null && !isMeasured)
    throw new MurmurationError(
      'config.invalid',
      `The task ${name} promotes by a canary, and inference.feedback is null: nothing would be measured.`,
    );
}

/** Begins the canary that a task asks for, of a version that has passed its gate. Throws as `Experiments.create`. */
function beginCanary(
  experiments: Pick<Experiments, 'create'>,
  { name, promote }: Task,
  number: number,
): Promise<unknown> {
  const { kind, steps, each, ...rest } = promote!;
  const terms = newExperiment.parse({
    ...rest,
    name: canaryOf(number),
    kind,
    arms: [{ name: 'challenger', version: number }],
    steps: steps.map(share => ({ share, for: each })),
  });
  return experiments.create(name, terms, gateName, gateActor);
}
