import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '../operators/documents.ts';
import type { Task } from '../task/task.ts';

/** Words that were added to a task's vocabulary. */
export interface AddedWords {
  readonly task: TaskName;
  /** All added words, in the order of their rows. */
  readonly words: readonly string[];
  /** Time when words were last added, ms since 1970. */
  readonly addedAt: number;
  /** Name of the operator. */
  readonly addedBy: string;
}

/** Store of added words, which survive a restart. */
export type AddedWordsStore = ReturnType<typeof addedWordsIn>;

export function addedWordsIn(documents: Documents) {
  const kind = 'added-words';
  return {
    of: (task: TaskName): Promise<AddedWords | undefined> => documents.get(kind, task, ''),
    /** Replaces the task's added words, atomically. */
    async put(added: AddedWords): Promise<void> {
      await documents.change({
        put: [{ kind, scope: added.task, key: '', at: added.addedAt, value: added }],
      });
    },
  };
}

/**
 * Returns a task with the words that were added to it, after those of its definition, which may have some of
 * them by now. Throws `storage.*`, and as `growingTask`.
 */
export async function withAddedWords(task: Task, store: Pick<AddedWordsStore, 'of'>): Promise<Task> {
  if (!task.growth || !task.vocabulary) return task;
  const more = missingOf(task.vocabulary, (await store.of(task.name))?.words ?? []);
  return more.length > 0 ? task.growth.taskOf([...task.vocabulary, ...more]) : task;
}

/** Returns the words that a vocabulary lacks. */
export function missingOf(vocabulary: readonly string[], words: readonly string[]): string[] {
  const known = new Set(vocabulary);
  return words.filter(word => !known.has(word));
}
