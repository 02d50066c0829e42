import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { firstWordId, unknownId, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Owner } from './audit.ts';

/** Trains a phone for each owner on its messages; `trained` is called with the number of finished phones. */
export async function trainPhones(
  model: ModelFiles,
  settings: TrainingSettings,
  vocabulary: Vocabulary,
  messages: readonly (readonly string[])[],
  trained: (phones: number) => void,
): Promise<Owner[]> {
  const trainer = tfjsTrainer(nextWord(vocabulary));
  const { signal } = new AbortController();
  const owners: Owner[] = [];
  for (const typed of messages) {
    const { delta, examples } = await trainer.train(model, settings, typed, signal, () => {});
    owners.push({ ...wordsOf(typed, vocabulary), learned: { delta, examples, layout: model.layout } });
    trained(owners.length);
  }
  await trainer.close();
  return owners;
}

/**
 * Returns the different words of messages. Words outside the vocabulary are only counted, because the model
 * can't tell them apart.
 */
function wordsOf(messages: readonly string[], vocabulary: Vocabulary): Pick<Owner, 'words' | 'otherWords'> {
  const tokens = [...new Set(messages.flatMap(tokensOf))];
  const ids = tokens.map(token => vocabulary.id(token));
  return {
    words: new Set(ids.filter(id => id >= firstWordId)),
    otherWords: ids.filter(id => id === unknownId).length,
  };
}
