import { availableParallelism } from 'node:os';
import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { loadModel } from '@murmuration/engine/models/model';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { HeldOutText } from '@murmuration/studies/keyboard/evaluate';
import { type MixedRecall, mixedRecall } from './mixed-recall.ts';

/** Recall of a version on the held-out messages. */
export async function recallOf(version: ModelFiles, { words, messages }: HeldOutText): Promise<Recall> {
  const model = await loadModel(version);
  const found = await recall(model, new Vocabulary(words), messages);
  model.dispose();
  return found;
}

/** Recall of a version mixed with the n-grams that it carries; null if it carries none. */
export async function mixedRecallOf(
  version: ModelFiles,
  words: readonly string[],
  phones: readonly { readonly heldOut: readonly string[] }[],
): Promise<MixedRecall | null> {
  if (!version.ngrams) return null;
  const model = await loadModel(version);
  const found = await mixedRecall(
    model,
    version.ngrams,
    new Vocabulary(words),
    phones.map(({ heldOut }) => heldOut),
    availableParallelism(),
  );
  model.dispose();
  return found;
}
