import { describeModel, loadModel } from '@murmuration/engine/models/model';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Manifest, ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Task } from '../task/task.ts';
import { takesBackOlderNoise } from '../task/task-privacy.ts';
import { modelDifference } from './model-difference.ts';
import { splitOf } from './split-of.ts';
import { commitWithoutRound, type VersionPorts } from './version-without-round.ts';

type Parts = Pick<ModelFiles, 'topology' | 'layout' | 'weights'>;

/**
 * Makes the next version of a task if `made` is the current model with other layers frozen. It is an ordinary
 * version without a round, and its weights are the same bit for bit. The strategy begins as in a new task,
 * since it remembers nothing of frozen layers. Returns false if the models differ in more than that, or not
 * at all. Throws as `splitOf` and `Registry.current`, and `config.invalid` under noise that takes back that
 * of earlier versions.
 */
export async function refreeze(
  task: Task,
  made: Pick<Manifest, 'topology' | 'layout'>,
  ports: VersionPorts,
): Promise<boolean> {
  const { head, files, newest } = await ports.registry.current(task.name);
  const parts = await refrozen(files, made);
  if (!parts) return false;
  const { shared } = splitOf(task, parts);
  if (takesBackOlderNoise(task.privacy))
    throw new MurmurationError(
      'config.invalid',
      `The model() of the task "${task.name}" freezes other layers than its versions, which can't be under privacy.noise "correlated" or "blt", ` +
        'which goes on from version to version at the same places. Set it to "independent", "skellam" or "discreteGaussian", or give the model a task of another name.',
    );
  const { model, vocabulary } = head.version;
  const place = { number: newest + 1, parent: model, vocabulary, state: task.strategy.init(shared.count) };
  await commitWithoutRound(task, parts, place, ports);
  return true;
}

/**
 * Returns the stored model with the frozen layers of `made`; undefined if these are the same, or if the
 * models differ in more.
 */
async function refrozen(
  stored: Parts,
  made: Pick<Manifest, 'topology' | 'layout'>,
): Promise<Parts | undefined> {
  const topology = structuredClone(stored.topology);
  if (!copyFlags(topology as Layer, made.topology as Layer)) return undefined;
  // TensorFlow.js lays out frozen weights behind the others.
  const model = await loadModel({ ...stored, topology });
  try {
    const parts = describeModel(model);
    return modelDifference(parts, made) ? undefined : parts;
  } finally {
    model.dispose();
  }
}

interface Layer {
  readonly config?: { trainable?: unknown; readonly layers?: readonly Layer[]; readonly layer?: Layer };
}

/** Sets which layers of `to` are frozen to those of `from`, by place; true if any changed. */
function copyFlags({ config: to }: Layer, { config: from }: Layer): boolean {
  if (!to || !from) return false;
  const isOther = typeof from.trainable === 'boolean' && (to.trainable ?? true) !== from.trainable;
  if (isOther) to.trainable = from.trainable;
  const inside = (config: NonNullable<Layer['config']>) => [
    ...(Array.isArray(config.layers) ? config.layers : []),
    ...(config.layer ? [config.layer] : []),
  ];
  const others = inside(from);
  const changed = inside(to).map((layer, i) => (others[i] ? copyFlags(layer, others[i]) : false));
  return isOther || changed.includes(true);
}
