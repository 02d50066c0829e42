import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { AddedWords } from './added-words.ts';

/** A word that the vocabulary of a task is not to have. */
export interface RejectedWord {
  readonly word: string;
  /** ms since 1970. */
  readonly rejectedAt: number;
  /** Name of the operator. */
  readonly rejectedBy: string;
}

/** Keeps words that operators have rejected: they are there after a restart. */
export interface RejectedWordsStore {
  /** Those of a task, the newest first, and those of one time by their letters. */
  of(task: TaskName): Promise<readonly RejectedWord[]>;
  /**
   * Besides those before, which stay as they are; `left`, if given, in the same commit in place of the words that were added. All of it or nothing.
   */
  add(task: TaskName, rejected: readonly RejectedWord[], left?: AddedWords): Promise<void>;
  /** These are rejected no more; all of them or none. */
  remove(task: TaskName, words: readonly string[]): Promise<void>;
}

/** The order of `of`: the same whatever letters a database puts first. */
export function newestRejected(words: readonly RejectedWord[]): RejectedWord[] {
  return words.toSorted((a, b) => b.rejectedAt - a.rejectedAt || (a.word < b.word ? -1 : 1));
}
