import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import { commitActs, type OwnAct } from '../events/own-acts.ts';
import type { QueryResultStore } from '../registry/query-results.ts';
import type { RoundRecord } from '../round/record.ts';
import { type AddedWords, type AddedWordsStore, missingOf, withAddedWords } from '../task/added-words.ts';
import type { RejectedWord, RejectedWordsStore } from '../task/rejected-words.ts';
import type { Growth, Task } from '../task/task.ts';
import { type ProposedWord, proposedWords } from './proposed-words.ts';
import { requireKeepable, requireOutside, requireSayable } from './rejectable.ts';

/** Results among which words are looked for: those of more than a year, if devices are asked each week in two rounds. */
const resultsRead = 128;

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
  /** Words that are neither proposed nor added. */
  readonly rejected: number;
  /** Words that may still be added. */
  readonly room: number;
}

interface Ports {
  /** A task as its next round has it; undefined: there is none. */
  readonly taskOf: (name: TaskName) => Task | undefined;
  readonly queryResults: Pick<QueryResultStore, 'results'>;
  readonly store: AddedWordsStore;
  readonly rejections: RejectedWordsStore;
  readonly events: CoordinatorEvents;
  readonly clock: Clock;
  /** Throws where the next start could make no version of a task that has more words. */
  readonly requireGrows: (grown: Task) => Promise<void>;
}

/** What became of words that somebody rejects. */
export interface Rejection {
  /** Those that were not rejected before. */
  readonly rejected: readonly string[];
  /** Those that had been added and were not in force yet. */
  readonly takenOut: readonly string[];
}

/** The words that devices have and vocabularies lack: proposes them, and adds them where operators, or a task itself, want it. */
export class NewWords {
  readonly #ports: Ports;
  /** One change after the other. */
  readonly #changes = new PromiseQueue();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Adds words that devices have said in a round, where the task adds them by itself. Throws as `grow`. */
  async roundEnded({ task, query, outcome }: RoundRecord): Promise<void> {
    const found = query === undefined || outcome !== 'published' ? undefined : this.#ports.taskOf(task);
    if (found?.growth?.query === query) await this.#growByItself(found);
  }

  /**
   * A task with the words that were added to it, as it is to begin: where it adds words by itself, those as well that were found before and since it
   * added some last. Throws
   * `storage.*`, and as `growingTask`.
   */
  async grown(defined: Task): Promise<Task> {
    const { store, events } = this.#ports;
    // A coordinator before this one may have ended between finding words and adding them.
    try {
      await this.#growByItself(await withAddedWords(defined, store), true);
    } catch (error) {
      // Words that can't be added keep no coordinator from starting with those that were.
      if (!isRefusal(error)) throw error;
      events.emit('fault', `adding words to the vocabulary of ${defined.name}`, error);
    }
    return withAddedWords(defined, store);
  }

  /** Throws `task.unknown` and `storage.*`. */
  async of(task: TaskName): Promise<VocabularyStanding> {
    return this.#standingOf(this.#find(task));
  }

  /**
   * Adds words that are proposed, `words` or else as many as the task takes at once, and returns them once that is durable. Throws as `of`, and
   * `request.invalid`, and then adds nothing, for words that are not proposed, more than the task takes at once, more than there is room for, or
   * with which no coordinator could start.
   */
  grow(task: TaskName, by: string, words?: readonly string[]): Promise<readonly string[]> {
    return this.#changes.run(() => this.#grow(this.#find(task), by, { wanted: words }));
  }

  /** The words of a task that are rejected, the newest first. Throws as `of`. */
  async rejected(task: TaskName): Promise<readonly RejectedWord[]> {
    return this.#ports.rejections.of(this.#find(task).name);
  }

  /**
   * Has words neither proposed nor added from now on, and takes those out that were added and are not in force yet. Returns what was not rejected
   * before, and what was taken out, once that is durable: all of it or nothing. Throws as `of`, and `request.invalid` for words that are in the
   * vocabulary, that no device can say, or more than are kept, and where the vocabulary does not grow by what devices are asked.
   */
  reject(task: TaskName, by: string, words: readonly string[]): Promise<Rejection> {
    return this.#changes.run(() => this.#reject(this.#find(task), by, words));
  }

  /** Has words proposed again that were rejected, and returns them once that is durable. Throws as `of`, and `request.invalid` where one is not rejected. */
  allow(task: TaskName, words: readonly string[]): Promise<readonly string[]> {
    return this.#changes.run(async () => {
      const { name } = this.#find(task);
      const rejected = new Set((await this.#ports.rejections.of(name)).map(({ word }) => word));
      const other = words.find(word => !rejected.has(word));
      if (other !== undefined) throw new MurmurationError('request.invalid', `"${other}" is not rejected.`);
      const allowed = [...new Set(words)];
      await this.#ports.rejections.remove(name, allowed);
      return allowed;
    });
  }

  async #reject(task: Task, rejectedBy: string, wanted: readonly string[]): Promise<Rejection> {
    const { name, vocabulary } = task;
    requireGrowth(task);
    requireSayable(wanted);
    requireOutside(wanted, vocabulary ?? []);
    const { rejections, store, clock } = this.#ports;
    const before = new Set((await rejections.of(name)).map(({ word }) => word));
    const rejected = [...new Set(wanted)].filter(word => !before.has(word));
    requireKeepable(before.size, rejected.length);
    const added = await store.of(name);
    const unwanted = new Set(wanted);
    const waiting = missingOf(vocabulary ?? [], added?.words ?? []);
    const takenOut = waiting.filter(word => unwanted.has(word));
    const left =
      added && takenOut.length > 0 ? { ...added, words: missingOf(takenOut, added.words) } : undefined;
    const rejectedAt = clock.now();
    await rejections.add(
      name,
      rejected.map(word => ({ word, rejectedAt, rejectedBy })),
      left,
    );
    return { rejected, takenOut };
  }

  /** `byItself`: the audit log does not have it as what an operator did. */
  async #grow(
    task: Task,
    addedBy: string,
    {
      wanted,
      byItself = false,
    }: { readonly wanted?: readonly string[] | undefined; readonly byItself?: boolean },
  ): Promise<readonly string[]> {
    const growth = requireGrowth(task);
    const { proposed, room, added } = await this.#standingOf(task);
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
    await this.#requireNextStart(task, growth, words);
    const { clock, store } = this.#ports;
    const all = [...(added?.words ?? []), ...words];
    await commitActs(this.#ports, byItself ? [growthOf(task, words)] : [], entries =>
      store.put({ task: task.name, words: all, addedAt: clock.now(), addedBy }, entries),
    );
    return words;
  }

  /** Words that were added are never taken out: those that kept the next start from making a version would keep every start from it. */
  async #requireNextStart(task: Task, growth: Growth, words: readonly string[]): Promise<void> {
    const added = (await this.#ports.store.of(task.name))?.words ?? [];
    const before = task.vocabulary ?? [];
    try {
      await this.#ports.requireGrows(growth.taskOf([...before, ...missingOf(before, added), ...words]));
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

  /** `isStart`: only where something was found since words were added last, or each start would add as many as a round does. */
  async #growByItself(task: Task | undefined, isStart = false): Promise<void> {
    if (!task?.growth?.byItself) return;
    if (isStart && !(await this.#hasFoundSince(task))) return;
    await this.#changes.run(() => this.#grow(task, 'the task', { byItself: true }));
  }

  async #hasFoundSince(task: Task): Promise<boolean> {
    const { proposed, added } = await this.#standingOf(task);
    return !added || proposed.some(({ at }) => at > added.addedAt);
  }

  #find(name: TaskName): Task {
    const found = this.#ports.taskOf(name);
    if (!found) throw new MurmurationError('task.unknown', `There is no task "${name}".`);
    return found;
  }

  async #standingOf(task: Task): Promise<VocabularyStanding> {
    const { name, vocabulary, growth } = task;
    const added = await this.#ports.store.of(name);
    const rejected = await this.#ports.rejections.of(name);
    const waiting = missingOf(vocabulary ?? [], added?.words ?? []);
    const query = task.queries.find(each => each.query.name === growth?.query)?.query;
    if (!vocabulary || !growth || !query)
      return {
        words: vocabulary,
        growth: null,
        waiting,
        added,
        proposed: [],
        rejected: rejected.length,
        room: 0,
      };
    const results = await this.#ports.queryResults.results(
      name,
      query.name,
      Number.POSITIVE_INFINITY,
      resultsRead,
    );
    const { threshold } = query;
    const known = new Set([...vocabulary, ...waiting, ...rejected.map(({ word }) => word)]);
    const room = growth.most - (added?.words.length ?? 0);
    return {
      words: vocabulary,
      growth: { ...growth, threshold },
      waiting,
      added,
      proposed: proposedWords(results, known, threshold),
      rejected: rejected.length,
      room: Math.max(0, room),
    };
  }
}

/** How a vocabulary grows. Throws `request.invalid` where that is by the definition of its task only. */
function requireGrowth({ name, vocabulary, growth }: Task): Growth {
  if (vocabulary && growth) return growth;
  throw new MurmurationError(
    'request.invalid',
    `The vocabulary of ${name} grows with its definition only; growingTask has it grow by what devices are asked.`,
  );
}

const isRefusal = (error: unknown) => error instanceof MurmurationError && error.code === 'request.invalid';

const growthOf = ({ name }: Task, words: readonly string[]): OwnAct => ({
  actor: { id: 'rule', name: 'growth' },
  action: 'vocabulary.grow',
  subject: name,
  changes: grownBy(words),
});

/** What an entry of the audit log says of words that were added. */
export const grownBy = (words: readonly string[]) => [{ field: 'vocabulary', from: null, to: [...words] }];

/** What one says of words that were rejected, and of those that were taken out again with them. */
export const rejectedIn = ({ rejected, takenOut }: Rejection) => [
  { field: 'rejected', from: null, to: [...rejected] },
  ...(takenOut.length > 0 ? [{ field: 'vocabulary', from: [...takenOut], to: null }] : []),
];

/** What one says of words that are rejected no more. */
export const allowedIn = (words: readonly string[]) => [{ field: 'rejected', from: [...words], to: null }];
