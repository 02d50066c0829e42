import type { Storage } from '@murmuration/coordinator/storage/storage';
import type { StrategyState } from '@murmuration/coordinator/strategy/strategy';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { decodeModel, type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';

/** The version that a storage has rounds go on from, and what the strategy remembers with it; undefined of a new task. */
export async function keptHead(
  { history, blobs }: Pick<Storage, 'history' | 'blobs'>,
  task: TaskName,
): Promise<{ readonly model: ModelFiles; readonly state: StrategyState } | undefined> {
  const head = await history.head(task);
  if (!head) return undefined;
  const { model } = head.version;
  const json = await blobs.get(model);
  const weights = await blobs.get(parseModelJson(model, json).weightsHash);
  return { model: decodeModel(model, json, weights), state: head.state };
}
