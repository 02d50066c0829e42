import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '../operators/documents.ts';
import type { Task } from '../task/task.ts';

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
  const kind = 'added-words';
  return {
    of: (task: TaskName): Promise<AddedWords | undefined> => documents.get(kind, task, ''),
    /** In place of those before, whole or not at all. */
    async put(added: AddedWords): Promise<void> {
      await documents.change({
        put: [{ kind, scope: added.task, key: '', at: added.addedAt, value: added }],
      });
    },
  };
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
