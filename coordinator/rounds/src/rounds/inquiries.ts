import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ArmQuery, AskedArm, Query } from '@murmuration/protocol/queries/query';
import type { QueryBudgets } from '../privacy/query-budgets.ts';
import { type QueryResultStore, resultsKept } from '../registry/query-results.ts';
import { cohortSizeOf, type Task, type TaskQuery } from '../task/task.ts';
import { asksItself, type FurtherRound, furtherRound, resultsRead } from './further-round.ts';
import type { ArmsPort } from './ports.ts';

/** Schedule of a query. */
export interface QuerySchedule {
  /** True if the query was requested by command, and its round has not begun. */
  readonly isWanted: boolean;
  /** Moment when it is asked automatically, ms since 1970; ∞ if it isn't, or if the task is paused. */
  readonly nextAt: number;
  /** Its next round, if that follows others of it; undefined if the first one is next. */
  readonly further?: FurtherRound | undefined;
}

/**
 * Schedule of the queries of a task: further rounds and those of a command first, then those that are due.
 */
export class Inquiries {
  readonly #results: QueryResultStore;
  /** Queries requested by command, by name, with the moment of the request; the oldest comes first. */
  readonly #wanted = new Map<string, number>();
  /** Moment when each was last asked, ms since 1970. */
  readonly #lastAt = new Map<string, number>();

  /** Findings of query rounds that a further round is to follow. */
  readonly #further = new Map<string, FurtherRound>();

  readonly #budgets: Pick<QueryBudgets, 'requireLeft' | 'isSpent'>;
  readonly #arms: Pick<ArmsPort, 'isAsking'> | undefined;

  /** `arms` is left out if there are no experiments. */
  constructor(
    results: QueryResultStore,
    budgets: Pick<QueryBudgets, 'requireLeft' | 'isSpent'>,
    arms?: Pick<ArmsPort, 'isAsking'>,
  ) {
    this.#results = results;
    this.#budgets = budgets;
    this.#arms = arms;
  }

  /** Reads when each query was last asked, and which ones were requested since; call it first. */
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

  /** Handles the end of a query round; undefined if no further one may follow it. */
  ended(task: Task, name: string): Promise<void> | undefined {
    const query = task.queries.find(each => each.query.name === name)?.query;
    return query?.kind === 'heavy-hitters' || query?.kind === 'ngrams' ? this.#found(task, query) : undefined;
  }

  async #found(task: Task, query: Query): Promise<void> {
    const last = await this.#results.results(task.name, query.name, Number.POSITIVE_INFINITY, resultsRead);
    const further = await furtherRound(query, last, cohortSizeOf(task), task.vocabulary !== null);
    if (further) this.#further.set(query.name, further);
  }

  /** True if a result of the query was released, as far as that is stored. */
  async hasShown({ name: task }: Task, { name }: Query): Promise<boolean> {
    const results = await this.#results.results(task, name, Number.POSITIVE_INFINITY, resultsKept);
    return results.some(({ figures }) => figures !== null);
  }

  /**
   * Requests a query. Throws `request.not-found` if the task has none of that name, and `privacy.spent` if
   * its budget is spent.
   */
  want(task: Task, name: string, at: number): void {
    this.#require(task, name);
    this.#wanted.set(name, at);
  }

  /** Stores the request, so that it survives a restart. Throws as `want`, and `storage.*`. */
  async keep(task: Task, name: string, at: number): Promise<void> {
    this.#require(task, name);
    await this.#results.want(task.name, name, at);
  }

  begun(name: string, at: number): void {
    this.#lastAt.set(name, at);
    // A command that came while an earlier round of it was under way is for the next one.
    if ((this.#wanted.get(name) ?? at) <= at) this.#wanted.delete(name);
    this.#further.delete(name);
  }

  /**
   * Returns the moment of the next query, ms since 1970; ∞ if there is none. A paused task asks only
   * requested ones.
   */
  nextAt(task: Task, now: number, isPaused: boolean): number {
    const all = task.queries.map(each => this.#dueAt(task, each, now, isPaused));
    return Math.min(...all, Number.POSITIVE_INFINITY);
  }

  /**
   * Returns the query to ask now. `armFor` returns the arm to ask about; undefined if no arm has enough
   * devices.
   */
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
      // It is due, and there is no device to ask.
      this.begun(query.name, now);
    }
    return undefined;
  }

  /** Returns whether a query was requested, and when it is asked automatically. */
  standingOf(task: Task, query: TaskQuery, now: number, isPaused: boolean): QuerySchedule {
    const nextAt = this.#isOpen(query)
      ? this.#asksItself(task, query, now, isPaused)
      : Number.POSITIVE_INFINITY;
    const further = this.#furtherOf(query.query.name, now);
    return { isWanted: this.#wanted.has(query.query.name), nextAt, ...(further && { further }) };
  }

  /** True unless the query is about arms and no experiment is measured by it now. */
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

  /** Returns the next round of a query, unless what its rounds found is too old. */
  #furtherOf(name: string, now: number): FurtherRound | undefined {
    const further = this.#further.get(name);
    return further && now < further.until ? further : undefined;
  }

  #asksItself(task: Task, { query, every }: TaskQuery, now: number, isPaused: boolean): number {
    if (every === null || isPaused || this.#budgets.isSpent(task, query)) return Number.POSITIVE_INFINITY;
    const lastAt = this.#lastAt.get(query.name);
    // Under a clock that was ahead, the query was not asked at the time that is stored.
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
