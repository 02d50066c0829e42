import { describeModel } from '@murmuration/engine/models/model';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { splitLayout } from '@murmuration/protocol/weights/shared-part';
import { measure } from '../evaluation/measure.ts';
import { isUnreadable } from '../promotion/readability.ts';
import type { History } from '../registry/ports.ts';
import type { Registry } from '../registry/registry.ts';
import type { Task } from '../task/task.ts';

/**
 * Makes version 0 of a task from its model function, where the history has none yet. Throws `plan.private-layers` where the task
 * names private layers that its model has not.
 */
export async function ensureFirstVersion(
  task: Task,
  registry: Registry,
  history: History,
  clock: Clock,
): Promise<void> {
  const [newest] = await history.versions(task.name, Number.POSITIVE_INFINITY, 1);
  if (newest) {
    if (task.privateLayers.length === 0) return;
    // A version that can't be read is for operators to hear of, and to replace by an older one, once the coordinator runs.
    const current = await registry.current(task.name).catch(error => {
      if (!isUnreadable(error)) throw error;
    });
    if (current) splitLayout(current.files.layout, task.privateLayers);
    return;
  }
  const model = await task.model();
  try {
    await storeFirstVersion(task, describeModel(model), registry, history, clock);
  } finally {
    model.dispose();
  }
}

/** Stores a model as version 0 of a task, and returns its hash. Throws as `ensureFirstVersion`. */
export async function storeFirstVersion(
  task: Task,
  { topology, layout, weights }: Pick<ModelFiles, 'topology' | 'layout' | 'weights'>,
  registry: Registry,
  history: History,
  clock: Clock,
): Promise<ModelHash> {
  const { shared } = splitLayout(layout, task.privateLayers);
  const files = await registry.store(topology, layout, weights, task.serving.weights, task.serving.ngrams);
  const version = {
    model: files.hash,
    task: task.name,
    number: 0,
    parent: null,
    round: null,
    strategy: task.strategy.name,
    planVersion: task.planVersion,
    contributors: 0,
    metrics: await measure(task, files, clock),
    createdAt: clock.now(),
  };
  await history.commit({ head: { version, state: task.strategy.init(shared.count) } });
  return files.hash;
}
