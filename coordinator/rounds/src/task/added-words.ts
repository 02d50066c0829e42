import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '../operators/audit.ts';
import type { Document, Documents } from '../operators/documents.ts';
import type { Task } from './task.ts';

/** The words that were added to the vocabulary of a task. */
export interface AddedWords {
  readonly task: TaskName;
  /** All of them, in the order of their rows. */
  readonly words: readonly string[];
  /** When some were added last, ms since 1970. */
  readonly addedAt: number;
  /** Name of the operator. */
  readonly addedBy: string;
}

/** Keeps words that were added: they are there after a restart. */
export type AddedWordsStore = ReturnType<typeof addedWordsIn>;

export function addedWordsIn(documents: Documents) {
  return {
    of: (task: TaskName): Promise<AddedWords | undefined> => documents.get(addedWords, task, ''),
    /** In place of those before, whole or not at all, in one transaction with `entries` of the audit log. */
    async put(added: AddedWords, entries: readonly AuditEntry[] = []): Promise<void> {
      await documents.change({ put: [documentOf(added)], entries });
    },
  };
}

const addedWords = 'added-words';

/** The document of the words of a task. */
export function documentOf(added: AddedWords): Document {
  return { kind: addedWords, scope: added.task, key: '', at: added.addedAt, value: added };
}

/** A task with the words that were added to it, behind those of its definition, which may name some of them by now. Throws `storage.*`, and as `growingTask`. */
export async function withAddedWords(task: Task, store: Pick<AddedWordsStore, 'of'>): Promise<Task> {
  if (!task.growth || !task.vocabulary) return task;
  const more = missingOf(task.vocabulary, (await store.of(task.name))?.words ?? []);
  return more.length > 0 ? task.growth.taskOf([...task.vocabulary, ...more]) : task;
}

/** Those of the words that a vocabulary lacks. */
export function missingOf(vocabulary: readonly string[], words: readonly string[]): string[] {
  const known = new Set(vocabulary);
  return words.filter(word => !known.has(word));
}
