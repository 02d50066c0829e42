import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { decodeModel, type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import type { Stores } from '@murmuration/storage/storage';

/**
 * Version from which a storage continues rounds, with its n-grams, if any, and the state of the strategy;
 * undefined for a new task.
 */
export async function keptHead(
  { history, blobs }: Pick<Stores, 'history' | 'blobs'>,
  task: TaskName,
): Promise<{ readonly model: ModelFiles; readonly state: StrategyState } | undefined> {
  const head = await history.head(task);
  if (!head) return undefined;
  return { model: await keptVersion({ blobs }, head.version.model), state: head.state };
}

/** Version in a storage, with its n-grams, if any. Throws `model.missing` if it is gone. */
export async function keptVersion({ blobs }: Pick<Stores, 'blobs'>, hash: ModelHash): Promise<ModelFiles> {
  const json = await blobs.get(hash);
  const { weightsHash, ngrams } = parseModelJson(hash, json);
  const files = decodeModel(hash, json, await blobs.get(weightsHash));
  return ngrams ? { ...files, ngrams: await blobs.get(ngrams.hash) } : files;
}
