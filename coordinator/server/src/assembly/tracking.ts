import { AliasFollower } from '@murmuration/lifecycle/tracking/alias-follower';
import { maxWaiting, TrackingDeliverer } from '@murmuration/lifecycle/tracking/deliverer';
import { MlflowClient } from '@murmuration/lifecycle/tracking/mlflow-client';
import { MlflowTracker } from '@murmuration/lifecycle/tracking/mlflow-tracker';
import { TrackingRecorder } from '@murmuration/lifecycle/tracking/recorder';
import { driftPage } from '@murmuration/monitoring/page/drift-page';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Registry } from '@murmuration/rounds/registry/registry';
import { registerIn } from '@murmuration/serving/metrics/register';
import { maxWindowsPerModel } from '@murmuration/serving/monitor/drift/drift-store';
import type { Stores } from '@murmuration/storage/storage';
import type { Core } from './core.ts';
import type { TrackingScope } from './scope.ts';
import { version } from './version.ts';

/** Actor recorded for aliases that were set on the MLflow server. */
const actor = { id: 'mlflow', name: 'MLflow' };

/** Milliseconds between two looks at the remote aliases. */
const aliasLookMs = 60_000;

/**
 * Reports events to the MLflow server of the configuration, if it has one, from now on, beginning with those
 * still queued. Closing leaves the queue to the next start.
 */
export function openTracking(
  {
    config,
    storage,
    events,
    metrics,
    clock,
    random,
    opened,
  }: TrackingScope<'drift' | 'history' | 'tracking'>,
  { registry, rounds, versionAliases }: Pick<Core, 'registry' | 'rounds' | 'versionAliases'>,
  { every = aliasLookMs, most = maxWaiting } = {},
): void {
  const settings = config.tracking.mlflow;
  if (!settings) return;
  const stop = new AbortController();
  const fault = (where: string, error: unknown) => events.emit('fault', where, error);
  const tracker = new MlflowTracker(new MlflowClient(settings, clock, stop.signal), settings, {
    model: model => filesOf(registry, model),
    driftPage: (task, number, to) => pageOf(storage.drift, task, number, to),
  });
  const deliverer = new TrackingDeliverer({
    clock,
    random,
    store: storage.tracking,
    where: 'tracking',
    async perform(operation) {
      await tracker.perform(operation);
      const { task } = operation;
      // Otherwise the alias would be taken for a change made on the MLflow server.
      if (operation.kind === 'aliases')
        await storage.tracking.putAliases(task, { champion: operation.aliases.champion! });
    },
    fault,
    most,
  });
  new TrackingRecorder({
    events,
    history: storage.history,
    versionAliases,
    taskOf: task => rounds.get(task)?.task,
    now: () => clock.now(),
    version,
    append: operations => deliverer.append(operations),
  });
  const setAlias = async (task: TaskName, number: number) => {
    const from = versionAliases.of(task).champion.number;
    const changes = [{ field: 'champion', from, to: number }];
    await versionAliases.set(task, 'champion', number, actor.name, [
      { actor, action: 'version.alias', subject: task, changes },
    ]);
  };
  const follower = settings.followAliases
    ? new AliasFollower({
        clock,
        every,
        store: storage.tracking,
        tasks: () => [...rounds.keys()] as TaskName[],
        remote: async task => (await tracker.aliases(task)).champion,
        local(task) {
          const { number, heldBy } = versionAliases.of(task).champion;
          return { number, isPinned: heldBy !== null };
        },
        set: setAlias,
        fault,
      })
    : undefined;
  registerIn(metrics).readGauge(
    'murmuration_tracking_waiting',
    'Operations that wait for the MLflow server.',
    async gauge => gauge.set(await storage.tracking.size()),
  );
  deliverer.send();
  opened.add(async () => {
    const closed = Promise.all([follower?.close(), deliverer.close()]);
    stop.abort();
    await closed;
  });
}

/** Returns the files of a model as devices get them. */
async function filesOf(registry: Registry, model: ModelHash) {
  const weights = await registry.weightsOf(model);
  return [
    { name: 'model.json', bytes: await registry.blob(model) },
    { name: `${weights}.bin`, bytes: await registry.blob(weights) },
  ];
}

async function pageOf(store: Stores['drift'], task: TaskName, number: number, to: number): Promise<string> {
  const windows = await store.windows(task, String(number), maxWindowsPerModel);
  const window = windows.find(each => each.to === to);
  if (!window) throw new MurmurationError('request.not-found', `A window of version ${number} is gone.`);
  return driftPage(window.report);
}
