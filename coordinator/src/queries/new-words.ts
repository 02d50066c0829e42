import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import type { AuditEntry, AuditLog } from '../operators/audit.ts';
import type { QueryResult, QueryResultStore } from '../registry/query-results.ts';
import { type AddedWords, type AddedWordsStore, missingOf, withAddedWords } from '../task/added-words.ts';
import type { Growth, Task } from '../task/task.ts';

/** Results among which words are looked for: those of more than a year, if devices are asked each week in two rounds. */
const resultsRead = 128;

/** A word that devices have and the vocabulary lacks. */
export interface ProposedWord {
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
  readonly audit: Pick<AuditLog, 'append'>;
  readonly events: CoordinatorEvents;
  readonly clock: Clock;
}

/** The words that devices have and vocabularies lack: proposes them, and adds them where operators, or a task itself, want it. */
export class NewWords {
  readonly #ports: Ports;
  /** One change after the other. */
  readonly #changes = new PromiseQueue();

  constructor(ports: Ports) {
    this.#ports = ports;
    ports.events.on('round-ended', async ({ task, query, outcome }) => {
      const found = query === undefined || outcome !== 'published' ? undefined : ports.taskOf(task);
      if (found?.growth?.query === query) await this.#growByItself(found);
    });
  }

  /**
   * A task with the words that were added to it, as it is to begin: where it adds words by itself, those as well that were found before. Throws
   * `storage.*`, and as `growingTask`.
   */
  async grown(defined: Task): Promise<Task> {
    const { store } = this.#ports;
    // A coordinator before this one may have ended between finding words and adding them.
    await this.#growByItself(await withAddedWords(defined, store));
    return withAddedWords(defined, store);
  }

  /** Throws `task.unknown` and `storage.*`. */
  async of(task: TaskName): Promise<VocabularyStanding> {
    return this.#standingOf(this.#find(task));
  }

  /**
   * Adds words that are proposed, `words` or else as many as the task takes at once, and returns them once that is durable. Throws as `of`, and
   * `request.invalid`, and then adds nothing, for words that are not proposed, more than the task takes at once, or more than there is room for.
   */
  grow(task: TaskName, by: string, words?: readonly string[]): Promise<readonly string[]> {
    return this.#changes.run(() => this.#grow(this.#find(task), by, words));
  }

  async #grow(task: Task, addedBy: string, wanted?: readonly string[]): Promise<readonly string[]> {
    const { growth, proposed, room, added } = await this.#standingOf(task);
    if (!growth)
      throw new MurmurationError(
        'request.invalid',
        `The vocabulary of ${task.name} grows with its definition only; growingTask has it grow by what devices are asked.`,
      );
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
    const { clock, store } = this.#ports;
    await store.put({
      task: task.name,
      words: [...(added?.words ?? []), ...words],
      addedAt: clock.now(),
      addedBy,
    });
    return words;
  }

  async #growByItself(task: Task | undefined): Promise<void> {
    if (!task?.growth?.byItself) return;
    const { audit, clock, events } = this.#ports;
    const words = await this.#changes.run(() => this.#grow(task, 'the task'));
    if (words.length === 0) return;
    const entry: AuditEntry = {
      time: clock.now(),
      actor: { id: 'rule', name: 'growth' },
      action: 'vocabulary.grow',
      subject: task.name,
      outcome: 'done',
      changes: grownBy(words),
    };
    await audit.append(entry);
    events.emit('audited', entry);
  }

  #find(name: TaskName): Task {
    const found = this.#ports.taskOf(name);
    if (!found) throw new MurmurationError('task.unknown', `There is no task "${name}".`);
    return found;
  }

  async #standingOf(task: Task): Promise<VocabularyStanding> {
    const { name, vocabulary, growth } = task;
    const added = await this.#ports.store.of(name);
    const waiting = missingOf(vocabulary ?? [], added?.words ?? []);
    const query = task.queries.find(each => each.query.name === growth?.query)?.query;
    if (!vocabulary || !growth || !query)
      return { words: vocabulary, growth: null, waiting, added, proposed: [], room: 0 };
    const results = await this.#ports.queryResults.results(
      name,
      query.name,
      Number.POSITIVE_INFINITY,
      resultsRead,
    );
    const { threshold } = query;
    const known = [...vocabulary, ...waiting];
    const room = growth.most - (added?.words.length ?? 0);
    return {
      words: vocabulary,
      growth: { ...growth, threshold },
      waiting,
      added,
      proposed: proposedWords(results, known, threshold),
      room: Math.max(0, room),
    };
  }
}

/** What an entry of the audit log says of words that were added. */
export const grownBy = (words: readonly string[]) => [{ field: 'vocabulary', from: null, to: [...words] }];

/** The words that results, newest first, have found and a vocabulary lacks, as many devices as the threshold now says at least. */
export function proposedWords(
  results: readonly Pick<QueryResult, 'query' | 'figures' | 'number' | 'endedAt'>[],
  known: readonly string[],
  threshold: number,
): ProposedWord[] {
  const has = new Set(known);
  const found = new Map<string, ProposedWord>();
  for (const { query, figures, number, endedAt } of results) {
    if (figures?.kind !== 'heavy-hitters' || query.threshold < threshold) continue;
    for (const { text, devices } of figures.texts)
      if (!has.has(text) && !found.has(text))
        found.set(text, { word: text, devices, round: number, at: endedAt });
  }
  return [...found.values()].sort((a, b) => b.devices - a.devices || (a.word < b.word ? -1 : 1));
}
