import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { AddedWordsStore } from '../../task/added-words.ts';
import { newestRejected, type RejectedWord, type RejectedWordsStore } from '../../task/rejected-words.ts';

/** `added` takes what is left of the words that were added. */
export function memoryRejectedWords(added: Pick<AddedWordsStore, 'put'>): RejectedWordsStore {
  const kept = new Map<TaskName, ReadonlyMap<string, RejectedWord>>();
  const of = (task: TaskName) => kept.get(task) ?? new Map<string, RejectedWord>();
  return {
    async of(task) {
      return newestRejected([...of(task).values()]);
    },
    async add(task, rejected, left) {
      kept.set(task, new Map([...rejected.map(each => [each.word, each] as const), ...of(task)]));
      if (left) await added.put(left);
    },
    async remove(task, words) {
      const gone = new Set(words);
      kept.set(task, new Map([...of(task)].filter(([word]) => !gone.has(word))));
    },
  };
}
