import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { decodeModel, type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import type { Storage } from '@murmuration/storage/storage';

/** The version that a storage has rounds go on from with its n-grams, where it has any, and what the strategy remembers; undefined of a new task. */
export async function keptHead(
  { history, blobs }: Pick<Storage, 'history' | 'blobs'>,
  task: TaskName,
): Promise<{ readonly model: ModelFiles; readonly state: StrategyState } | undefined> {
  const head = await history.head(task);
  if (!head) return undefined;
  return { model: await keptVersion({ blobs }, head.version.model), state: head.state };
}

/** A version that a storage has, with its n-grams where it has any. Throws `model.missing` where it is gone. */
export async function keptVersion({ blobs }: Pick<Storage, 'blobs'>, hash: ModelHash): Promise<ModelFiles> {
  const json = await blobs.get(hash);
  const { weightsHash, ngrams } = parseModelJson(hash, json);
  const files = decodeModel(hash, json, await blobs.get(weightsHash));
  return ngrams ? { ...files, ngrams: await blobs.get(ngrams.hash) } : files;
}
