import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { QueryResult, QueryResultStore } from '../registry/query-results.ts';
import { knownTask } from '../task/known-task.ts';
import type { Growth, Task } from '../task/task.ts';
import { type AddedWords, type AddedWordsStore, missingOf } from './added-words.ts';

/** Results among which words are looked for: those of more than a year, if devices are asked each week in two rounds. */
const resultsRead = 128;

/** A word that devices have and the vocabulary lacks. */
interface ProposedWord {
  readonly word: string;
  /** Devices that had it when it was found last. */
  readonly devices: number;
  /** The round that found it, by its number, and when that ended, ms since 1970. */
  readonly round: number;
  readonly at: number;
}

/** How the vocabulary of a task stands. */
export interface VocabularyStanding {
  /** That is in force; null: the task names no words. */
  readonly words: readonly string[] | null;
  /** null: it grows only with the definition of the task. */
  readonly growth: (Growth & { readonly threshold: number }) | null;
  /** Words that were added and are not in force before the next start. */
  readonly waiting: readonly string[];
  /** When some were added last, and by whom; undefined: never. */
  readonly added: AddedWords | undefined;
  /** Those that most devices have first. */
  readonly proposed: readonly ProposedWord[];
  /** Words that may still be added. */
  readonly room: number;
}

interface Ports {
  /** A task as its next round has it; undefined: there is none. */
  readonly taskOf: (name: TaskName) => Task | undefined;
  readonly queryResults: Pick<QueryResultStore, 'results'>;
  readonly store: AddedWordsStore;
  readonly clock: Clock;
  /** Throws where the next start could make no version of a task that has more words. */
  readonly requireGrows: (grown: Task) => Promise<void>;
}

/** The words that devices have and vocabularies lack: proposes them, and adds those that operators want. */
export class NewWords {
  readonly #ports: Ports;
  /** One change after the other. */
  readonly #changes = new PromiseQueue();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Throws `task.unknown` and `storage.*`. */
  async of(name: TaskName): Promise<VocabularyStanding> {
    const task = this.#find(name);
    const { vocabulary, growth } = task;
    const added = await this.#ports.store.of(name);
    const waiting = missingOf(vocabulary ?? [], added?.words ?? []);
    const query = task.queries.find(each => each.query.name === growth?.query)?.query;
    if (!vocabulary || !growth || !query)
      return { words: vocabulary, growth: null, waiting, added, proposed: [], room: 0 };
    const { threshold } = query;
    const results = await this.#ports.queryResults.results(
      name,
      query.name,
      Number.POSITIVE_INFINITY,
      resultsRead,
    );
    return {
      words: vocabulary,
      growth: { ...growth, threshold },
      waiting,
      added,
      proposed: proposedWords(results, new Set([...vocabulary, ...waiting]), threshold),
      room: Math.max(0, growth.most - (added?.words.length ?? 0)),
    };
  }

  /**
   * Adds words that are proposed, `words` or else as many as the task takes at once, and returns them once that is durable. Throws as `of`, and
   * `request.invalid`, and then adds nothing, for words that are not proposed, more than the task takes at once, more than there is room for, or
   * with which no coordinator could start.
   */
  grow(task: TaskName, by: string, words?: readonly string[]): Promise<readonly string[]> {
    return this.#changes.run(() => this.#grow(this.#find(task), by, words));
  }

  async #grow(
    task: Task,
    addedBy: string,
    wanted: readonly string[] | undefined,
  ): Promise<readonly string[]> {
    const { name, vocabulary, growth } = task;
    if (!vocabulary || !growth)
      throw new MurmurationError(
        'request.invalid',
        `The vocabulary of ${name} grows with its definition only; growingTask has it grow by what devices are asked.`,
      );
    const { proposed, room, added, waiting } = await this.of(name);
    const most = Math.min(growth.atOnce, room);
    const known = new Set(proposed.map(({ word }) => word));
    const unknown = wanted?.find(word => !known.has(word));
    if (unknown !== undefined)
      throw new MurmurationError('request.invalid', `"${unknown}" is not among the words that are proposed.`);
    const words = [...new Set(wanted ?? proposed.slice(0, most).map(({ word }) => word))];
    if (words.length > most)
      throw new MurmurationError(
        'request.invalid',
        `${words.length} words are too many: ${growth.atOnce} are added at once at most, and there is room for ${room}.`,
      );
    if (words.length === 0) return words;
    await this.#requireNextStart(growth, [...vocabulary, ...waiting, ...words]);
    const { clock, store } = this.#ports;
    await store.put({
      task: name,
      words: [...(added?.words ?? []), ...words],
      addedAt: clock.now(),
      addedBy,
    });
    return words;
  }

  /** Words that were added are never taken out: those that kept the next start from making a version would keep every start from it. */
  async #requireNextStart(growth: Growth, words: readonly string[]): Promise<void> {
    try {
      await this.#ports.requireGrows(growth.taskOf(words));
    } catch (error) {
      if (error instanceof MurmurationError && error.code.startsWith('storage.')) throw error;
      const detail = error instanceof MurmurationError ? error.detail : (error as Error).message;
      throw new MurmurationError(
        'request.invalid',
        `The words can't be added, since no coordinator could start with them: ${detail}`,
        { cause: error },
      );
    }
  }

  #find(name: TaskName): Task {
    return knownTask(this.#ports.taskOf(name), name);
  }
}

/** The words that results, newest first, have found and that are not `known`, as many devices as the threshold now says at least. */
function proposedWords(
  results: readonly Pick<QueryResult, 'query' | 'figures' | 'number' | 'endedAt'>[],
  known: ReadonlySet<string>,
  threshold: number,
): ProposedWord[] {
  const found = new Map<string, ProposedWord>();
  for (const { query, figures, number, endedAt } of results) {
    if (figures?.kind !== 'heavy-hitters' || query.threshold < threshold) continue;
    for (const { text, devices } of figures.texts)
      if (!known.has(text) && !found.has(text))
        found.set(text, { word: text, devices, round: number, at: endedAt });
  }
  return [...found.values()].sort((a, b) => b.devices - a.devices || (a.word < b.word ? -1 : 1));
}
