import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { QueryResult, QueryResultStore } from '../registry/query-results.ts';
import { knownTask } from '../task/known-task.ts';
import type { Growth, Task } from '../task/task.ts';
import { type AddedWords, type AddedWordsStore, missingOf } from './added-words.ts';

/** Results in which words are searched: those of more than a year, with a query of two rounds a week. */
const maxWordResults = 128;

/** Word that devices have and the vocabulary lacks. */
interface ProposedWord {
  readonly word: string;
  /** Devices that had it when it was last found. */
  readonly devices: number;
  /** Number of the round that found it, and time of the round's end, ms since 1970. */
  readonly round: number;
  readonly at: number;
}

/** State of a task's vocabulary. */
export interface VocabularyStanding {
  /** Words in force; null if the task names none. */
  readonly words: readonly string[] | null;
  /** Growth settings; null if only the definition of the task adds words. */
  readonly growth: (Growth & { readonly threshold: number }) | null;
  /** Added words that take effect at the next start. */
  readonly waiting: readonly string[];
  /** Last addition of words; undefined if there was none. */
  readonly added: AddedWords | undefined;
  /** Proposed words; those that most devices have come first. */
  readonly proposed: readonly ProposedWord[];
  /** Number of words that may still be added. */
  readonly room: number;
}

interface Ports {
  /** Returns a task as its next round has it; undefined if there is none. */
  readonly taskOf: (name: TaskName) => Task | undefined;
  readonly queryResults: Pick<QueryResultStore, 'results'>;
  readonly store: AddedWordsStore;
  readonly clock: Clock;
  /** Throws if the next start could make no version of the task with more words. */
  readonly requireGrows: (grown: Task) => Promise<void>;
}

/** Proposes words that devices have and vocabularies lack, and adds those that operators choose. */
export class NewWords {
  readonly #ports: Ports;
  /** Runs one change at a time. */
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
      maxWordResults,
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
   * Adds proposed words, `words` or else as many as the task takes at once, and returns them once that is
   * durable. Throws as `of`, and `request.invalid`, without adding any, for words that are not proposed,
   * more than the task takes at once, more than there is room for, or words with which no coordinator could
   * start.
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

  /** Checks that a coordinator can start with the words, since added words are never removed. */
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

/**
 * Returns the words in results, newest first, that are not `known` and that at least `threshold` devices
 * have.
 */
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
