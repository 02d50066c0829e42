import type { Storage } from '@murmuration/coordinator/storage/storage';
import type { StrategyState } from '@murmuration/coordinator/strategy/strategy';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { decodeModel, type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';

/** The version that a storage has rounds go on from with its n-grams, where it has any, and what the strategy remembers; undefined of a new task. */
export async function keptHead(
  { history, blobs }: Pick<Storage, 'history' | 'blobs'>,
  task: TaskName,
): Promise<{ readonly model: ModelFiles; readonly state: StrategyState } | undefined> {
  const head = await history.head(task);
  if (!head) return undefined;
  const { model } = head.version;
  const json = await blobs.get(model);
  const { weightsHash, ngrams } = parseModelJson(model, json);
  const files = decodeModel(model, json, await blobs.get(weightsHash));
  return {
    model: ngrams ? { ...files, ngrams: await blobs.get(ngrams.hash) } : files,
    state: head.state,
  };
}
