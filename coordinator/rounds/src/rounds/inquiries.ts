import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ArmQuery, AskedArm, Query } from '@murmuration/protocol/queries/query';
import type { QueryBudgets } from '../privacy/query-budgets.ts';
import { type QueryResultStore, resultsKept } from '../registry/query-results.ts';
import { cohortSizeOf, type Task, type TaskQuery } from '../task/task.ts';
import { asksItself, type FurtherRound, furtherRound, resultsRead } from './further-round.ts';
import type { ArmsPort } from './ports.ts';

/** What becomes of a query next. */
export interface Standing {
  /** Whether somebody wants it asked, and its round has not begun. */
  readonly isWanted: boolean;
  /** When it is asked by itself, ms since 1970; ∞: it is not, or the task is paused. */
  readonly nextAt: number;
  /** Its next round, where that follows others of it; undefined: the first one. */
  readonly further?: FurtherRound | undefined;
}

/** Which queries the devices of a task are to be asked, and when: further rounds and those of a command first, then those whose time has come. */
export class Inquiries {
  readonly #results: QueryResultStore;
  /** Those that somebody wants asked, by name, and since when; the oldest command first. */
  readonly #wanted = new Map<string, number>();
  /** When each was asked last, ms since 1970. */
  readonly #lastAt = new Map<string, number>();

  /** What rounds of queries have found that a further one is to follow. */
  readonly #further = new Map<string, FurtherRound>();

  readonly #budgets: Pick<QueryBudgets, 'requireLeft' | 'isSpent'>;
  readonly #arms: Pick<ArmsPort, 'isAsking'> | undefined;

  /** `arms`: left out where there are no experiments. */
  constructor(
    results: QueryResultStore,
    budgets: Pick<QueryBudgets, 'requireLeft' | 'isSpent'>,
    arms?: Pick<ArmsPort, 'isAsking'>,
  ) {
    this.#results = results;
    this.#budgets = budgets;
    this.#arms = arms;
  }

  /** Reads when each query was asked last, and which somebody has wanted asked since; before all else. */
  async open(asking: Task): Promise<void> {
    const { name: task, queries } = asking;
    const wanted = [...(await this.#results.wanted(task))].sort(([, a], [, b]) => a - b);
    for (const { query } of queries) {
      const [last] = await this.#results.results(task, query.name, Number.POSITIVE_INFINITY, 1);
      if (last) this.begun(query.name, last.startedAt);
      if (last) await this.#found(asking, query);
    }
    for (const [name, at] of wanted) {
      const isKnown = queries.some(({ query }) => query.name === name);
      if (isKnown && at > (this.#lastAt.get(name) ?? Number.NEGATIVE_INFINITY)) this.#wanted.set(name, at);
    }
  }

  /** A round of a query is over; undefined where no further one may follow it. */
  ended(task: Task, name: string): Promise<void> | undefined {
    const query = task.queries.find(each => each.query.name === name)?.query;
    return query?.kind === 'heavy-hitters' || query?.kind === 'ngrams' ? this.#found(task, query) : undefined;
  }

  async #found(task: Task, query: Query): Promise<void> {
    const last = await this.#results.results(task.name, query.name, Number.POSITIVE_INFINITY, resultsRead);
    const further = await furtherRound(query, last, cohortSizeOf(task), task.vocabulary !== null);
    if (further) this.#further.set(query.name, further);
  }

  /** Whether something was shown of a query, as far as that is kept. */
  async hasShown({ name: task }: Task, { name }: Query): Promise<boolean> {
    const results = await this.#results.results(task, name, Number.POSITIVE_INFINITY, resultsKept);
    return results.some(({ figures }) => figures !== null);
  }

  /**
   * Somebody wants a query asked. Throws `request.not-found` where the task has none of that name, `privacy.spent` where nothing is left of its
   * budget.
   */
  want(task: Task, name: string, at: number): void {
    this.#require(task, name);
    this.#wanted.set(name, at);
  }

  /** Keeps that somebody wants it, over a restart. Throws as `want`, and `storage.*`. */
  async keep(task: Task, name: string, at: number): Promise<void> {
    this.#require(task, name);
    await this.#results.want(task.name, name, at);
  }

  /** A round of a query has begun. */
  begun(name: string, at: number): void {
    this.#lastAt.set(name, at);
    // A command that came while an earlier round of it was under way is for the next one.
    if ((this.#wanted.get(name) ?? at) <= at) this.#wanted.delete(name);
    this.#further.delete(name);
  }

  /** When the next query is to be asked, ms since 1970; ∞: none is. Of a paused task only those of a command are. */
  nextAt(task: Task, now: number, isPaused: boolean): number {
    const all = task.queries.map(each => this.#dueAt(task, each, now, isPaused));
    return Math.min(...all, Number.POSITIVE_INFINITY);
  }

  /** The query that is to be asked now; `armFor`: the arm that one is about, undefined where no arm has enough devices to ask. */
  next(
    task: Task,
    now: number,
    isPaused: boolean,
    armFor: (query: ArmQuery) => AskedArm | undefined = () => undefined,
  ): Query | undefined {
    const wanted = [...this.#further.keys(), ...this.#wanted.keys()];
    const due = task.queries.filter(each => this.#dueAt(task, each, now, isPaused) <= now);
    const order = ({ query: { name } }: TaskQuery) =>
      wanted.includes(name) ? wanted.indexOf(name) : wanted.length;
    for (const { query } of due.sort((a, b) => order(a) - order(b))) {
      if (query.kind !== 'arm') return { ...query, ...this.#furtherOf(query.name, now)?.asked } as Query;
      const arm = armFor(query);
      if (arm) return { ...query, arm };
      // Its time has come, and there is nobody to ask.
      this.begun(query.name, now);
    }
    return undefined;
  }

  /** Whether somebody wants a query asked, and when it is asked by itself. */
  standingOf(task: Task, query: TaskQuery, now: number, isPaused: boolean): Standing {
    const nextAt = this.#isOpen(query)
      ? this.#asksItself(task, query, now, isPaused)
      : Number.POSITIVE_INFINITY;
    const further = this.#furtherOf(query.query.name, now);
    return { isWanted: this.#wanted.has(query.query.name), nextAt, ...(further && { further }) };
  }

  /** Of arms devices are asked while an experiment is measured by the query. */
  #isOpen({ query: { kind, name } }: TaskQuery): boolean {
    return kind !== 'arm' || this.#arms?.isAsking(name) === true;
  }

  #dueAt(task: Task, query: TaskQuery, now: number, isPaused: boolean): number {
    const { name } = query.query;
    if (!this.#isOpen(query)) return Number.POSITIVE_INFINITY;
    const further = this.#furtherOf(name, now);
    const isDue = this.#wanted.has(name) || (further !== undefined && asksItself(further));
    return isDue && !this.#budgets.isSpent(task, query.query)
      ? now
      : this.#asksItself(task, query, now, isPaused);
  }

  /** The round that follows those of a query, where what they found is not too old. */
  #furtherOf(name: string, now: number): FurtherRound | undefined {
    const further = this.#further.get(name);
    return further && now < further.until ? further : undefined;
  }

  #asksItself(task: Task, { query, every }: TaskQuery, now: number, isPaused: boolean): number {
    if (every === null || isPaused || this.#budgets.isSpent(task, query)) return Number.POSITIVE_INFINITY;
    const lastAt = this.#lastAt.get(query.name);
    // A clock that was ahead has not asked yet what it says.
    return lastAt === undefined ? now : Math.min(lastAt, now) + every;
  }

  #require(task: Task, name: string): void {
    const found = task.queries.find(({ query }) => query.name === name);
    if (!found)
      throw new MurmurationError('request.not-found', `The task "${task.name}" has no query "${name}".`);
    this.#budgets.requireLeft(task, found.query);
    if (this.#isOpen(found)) return;
    throw new MurmurationError(
      'round.closed',
      `The query "${name}" asks about the arms of an experiment, and none that names it runs; begin one.`,
    );
  }
}
