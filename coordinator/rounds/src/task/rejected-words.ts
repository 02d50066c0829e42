import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '../operators/documents.ts';
import { type AddedWords, documentOf } from './added-words.ts';

/** A word that the vocabulary of a task is not to have. */
export interface RejectedWord {
  readonly word: string;
  /** ms since 1970. */
  readonly rejectedAt: number;
  /** Name of the operator. */
  readonly rejectedBy: string;
}

/** Keeps words that operators have rejected: they are there after a restart. */
export type RejectedWordsStore = ReturnType<typeof rejectedWordsIn>;

export function rejectedWordsIn(documents: Documents) {
  const kind = 'rejected-word';
  return {
    /** Those of a task, the newest first, and those of one time by their letters. */
    async of(task: TaskName): Promise<readonly RejectedWord[]> {
      const found = await documents.list<{ readonly by: string }>(kind, { scope: task });
      return newestRejected(
        found.map(({ key, at, value }) => ({ word: key, rejectedAt: at, rejectedBy: value.by })),
      );
    },
    /**
     * Besides those before, which stay as they are; `left`, if given, in the same commit in place of the words that were added. All of it or nothing.
     */
    async add(task: TaskName, rejected: readonly RejectedWord[], left?: AddedWords): Promise<void> {
      await documents.change({
        put: left ? [documentOf(left)] : [],
        add: rejected.map(({ word, rejectedAt, rejectedBy }) => ({
          kind,
          scope: task,
          key: word,
          at: rejectedAt,
          value: { by: rejectedBy },
        })),
      });
    },
    /** These are rejected no more; all of them or none. */
    async remove(task: TaskName, words: readonly string[]): Promise<void> {
      await documents.change({ remove: words.map(word => ({ kind, scope: task, key: word })) });
    },
  };
}

/** The order of `of`: the same whatever letters a database puts first. */
function newestRejected(words: readonly RejectedWord[]): RejectedWord[] {
  return words.toSorted((a, b) => b.rejectedAt - a.rejectedAt || (a.word < b.word ? -1 : 1));
}
