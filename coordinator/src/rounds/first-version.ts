import { describeModel } from '@murmuration/engine/models/model';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Manifest, ModelFiles } from '@murmuration/protocol/weights/model-files';
import { splitLayout } from '@murmuration/protocol/weights/shared-part';
import { measure } from '../evaluation/measure.ts';
import { isUnreadable } from '../promotion/readability.ts';
import type { History } from '../registry/ports.ts';
import type { Registry } from '../registry/registry.ts';
import type { Task } from '../task/task.ts';
import { modelDifference } from './model-difference.ts';

/**
 * Makes version 0 of a task from its model function, where the history has none yet. Throws `plan.private-layers` where the task
 * names private layers that its model has not, and `config.invalid` where the function makes another model than the versions are.
 */
export async function ensureFirstVersion(
  task: Task,
  registry: Registry,
  history: History,
  clock: Clock,
): Promise<void> {
  const [newest] = await history.versions(task.name, Number.POSITIVE_INFINITY, 1);
  if (newest) {
    // A version that can't be read is for operators to hear of, and to replace by an older one, once the coordinator runs.
    const stored = await registry.shapeOf(newest.model).catch(error => {
      if (!isUnreadable(error)) throw error;
    });
    if (!stored) return;
    splitLayout(stored.layout, task.privateLayers);
    await requireSameModel(task, stored);
    return;
  }
  const model = await task.model();
  try {
    await storeFirstVersion(task, describeModel(model), registry, history, clock);
  } finally {
    model.dispose();
  }
}

/**
 * What the model function of a task would make now has no effect where versions are there: one that has changed is a mistake. One that fails, as
 * where what it read is gone, is not asked for anything.
 */
async function requireSameModel(task: Task, stored: Pick<Manifest, 'topology' | 'layout'>): Promise<void> {
  let difference: string | undefined;
  try {
    const model = await task.model();
    try {
      difference = modelDifference(stored, describeModel(model));
    } finally {
      model.dispose();
    }
  } catch {
    return;
  }
  if (difference)
    throw new MurmurationError(
      'config.invalid',
      `The task "${task.name}" has versions of another model than its model() makes now: ${difference}. ` +
        'Versions go on from those before them, so give the changed model a task of another name, begin with an empty storage, or take the change back.',
    );
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
