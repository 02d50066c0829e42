import { accountOf } from '@murmuration/privacy/accountants/account';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { spent } from '@murmuration/privacy/statements/spent';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { PlanPrivacy } from '@murmuration/protocol/messages/plan';
import { longestAnswer } from '@murmuration/protocol/queries/longest-answer';
import type { Query } from '@murmuration/protocol/queries/query';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { QueryResult } from '../registry/query-results.ts';
import type { RoundTerms } from '../round/round.ts';
import {
  answerNoiseOf,
  answerShapeOf,
  answerWidth,
  isNoised,
  type NoisedQuery,
} from '../task/answer-noise.ts';
import { type DeviceNoise, planNoiseOf } from '../task/device-noise.ts';
import type { Task } from '../task/task.ts';
import type { BudgetTerms, OpenBudget, PrivacyLedger } from './ledger.ts';
import { releasedOf, releasedOfAll } from './released.ts';

export interface QueryBudgetPorts {
  readonly ledger: PrivacyLedger;
  /** Cryptographic source of ids. */
  readonly random: RandomBytes;
  readonly clock: Clock;
}

/** Spending of the budget of a query. */
export interface QueryBudgetStatus {
  /** Number of sums that were opened, and that the budget is for. */
  readonly steps: number;
  readonly rounds: number;
  /** True if devices are no longer asked. */
  readonly isSpent: boolean;
  readonly statement: Statement;
}

/** Largest spending of one account of a task, with the ε and δ that limit it. */
export interface AccountSpending {
  readonly mechanism: Mechanism;
  /** Limit; left out if there is no budget any more. */
  readonly wanted?: { readonly epsilon: number; readonly delta: number };
}

/**
 * Privacy budgets of queries: each has its own, which its sums spend in steps, with noise by devices.
 * Spending is permanent, whatever becomes of the query.
 */
export class QueryBudgets {
  readonly #ports: QueryBudgetPorts;
  readonly #of = new Map<TaskName, Map<string, readonly OpenBudget[]>>();

  constructor(ports: QueryBudgetPorts) {
    this.#ports = ports;
  }

  /** Reads what was spent of the queries of a task; call it before the task's rounds. Throws `storage.*`. */
  async open(task: TaskName): Promise<void> {
    const all = new Map<string, OpenBudget[]>();
    for (const { query, ...budget } of await this.#ports.ledger.queryBudgets(task))
      all.set(query, [...(all.get(query) ?? []), budget]);
    this.#of.set(task, all);
  }

  /** True if `next` does anything for a query. */
  concerns({ name: task }: Task, { name, privacy }: Query): boolean {
    return privacy !== undefined || this.#budgets(task, name).length > 0;
  }

  /**
   * Returns the privacy of a query's own budget in the plan of its next round; undefined for a query without
   * a budget. `hasShown` returns true if something was released without noise. A query whose terms have
   * changed begins another budget, with what the earlier ones have left. Throws `privacy.spent` if nothing is
   * left, `config.invalid` for noise that fits into no ring.
   */
  async next(task: Task, query: Query, hasShown: () => Promise<boolean>): Promise<PlanPrivacy | undefined> {
    const { name } = query;
    if (!isNoised(query)) {
      if (this.#budgets(task.name, name).at(-1)?.terms) await this.#begin(task.name, name, null);
      return undefined;
    }
    this.requireLeft(task, query);
    if (this.#budgets(task.name, name).length === 0 && (await hasShown()))
      await this.#begin(task.name, name, null);
    const { terms, id, steps } = this.#current(task, query) ?? (await this.#begun(task, query));
    const { epsilon, delta, rounds } = query.privacy;
    return {
      budget: id,
      step: steps,
      separation: 1,
      participations: rounds,
      epsilon,
      delta,
      noise: planNoiseOf({ ...terms.noise, width: answerWidth(task, query, terms.noise) }),
    };
  }

  /**
   * Takes the step of a round in which `counted` devices were counted, permanently; undefined if its query
   * has no budget. The same round takes it only once. Throws `round.closed` if the step already belongs to
   * another round, and `storage.*`.
   */
  async release({ id: round, plan }: RoundTerms, counted: number): Promise<QueryResult['privacy']> {
    const query = queryOf(plan);
    const { privacy, task } = plan;
    if (!query?.privacy || !privacy) return undefined;
    const { budget, step } = privacy;
    // The noise of devices does not follow from a secret, and a device's own record limits its parts.
    const claim = { budget, step, round, seed: this.#ports.random(32), contributors: [], counted };
    await this.#ports.ledger.claim({ ...claim, oldest: step + 1 });
    await this.open(task);
    return { step, statement: this.#statement(task, query as NoisedQuery) };
  }

  /** Throws `privacy.spent` if the budget of a query is spent. */
  requireLeft(task: Task, query: Query): void {
    if (!isNoised(query)) return;
    const { name, privacy } = query;
    const current = this.#current(task, query);
    if (current ? current.steps < privacy.rounds : this.#already(task.name, query) < privacy.epsilon) return;
    throw new MurmurationError(
      'privacy.spent',
      current
        ? `The privacy budget of the query "${name}" is spent: it was for ${privacy.rounds} sums of answers. Nothing more is asked, unless the query is given a larger epsilon, or another name for other answers.`
        : `The answers to the query "${name}" have spent its privacy budget of ε = ${privacy.epsilon} before.`,
    );
  }

  /** Returns the spending of a query; null for one without a budget. */
  statusOf(task: Task, query: Query): QueryBudgetStatus | null {
    if (!isNoised(query)) return null;
    const { rounds } = query.privacy;
    const steps = this.#current(task, query)?.steps ?? 0;
    return {
      steps,
      rounds,
      isSpent: this.isSpent(task, query),
      statement: this.#statement(task.name, query),
    };
  }

  /** True if the budget of a query is spent. */
  isSpent(task: Task, query: Query): boolean {
    try {
      this.requireLeft(task, query);
      return false;
    } catch {
      return true;
    }
  }

  /** True if a query of a task has a budget, or had one. */
  hasAny({ name, queries }: Task): boolean {
    return queries.some(({ query }) => isNoised(query)) || (this.#of.get(name)?.size ?? 0) > 0;
  }

  /**
   * Returns the mechanism of all answers of a task so far; undefined if some were released without noise
   * after noise was promised, so that no ε holds.
   */
  spentOf(task: TaskName): Mechanism | undefined {
    const all = [...(this.#of.get(task)?.values() ?? [])].flat();
    return all.some(({ terms }) => terms === null) ? undefined : releasedOfAll(all, 'counted');
  }

  /**
   * Returns the accounts of a task's queries once their budgets are spent, with the past spending of queries
   * that it no longer has, or that have no budget. Throws as `next`.
   */
  accountsOf(task: Task): readonly AccountSpending[] {
    const noised = task.queries.map(({ query }) => query).filter(isNoised);
    const wanted = noised.map((query): AccountSpending => {
      const current = this.#current(task, query);
      if (!current && this.isSpent(task, query))
        return { mechanism: mechanismOf(this.#budgets(task.name, query.name)) };
      const earlier = this.#budgets(task.name, query.name).filter(({ id }) => id !== current?.id);
      const noise =
        current?.terms.noise ?? answerNoiseOf(task, query, mechanismOf(this.#budgets(task.name, query.name)));
      const { rounds } = query.privacy;
      const whole = releasedOf({ ...termsOf(query, noise), noise }, Array(rounds).fill(0));
      return {
        mechanism: { kind: 'composed', parts: [mechanismOf(earlier), whole] },
        wanted: query.privacy,
      };
    });
    const gone = [...(this.#of.get(task.name) ?? [])].filter(
      ([name, budgets]) =>
        budgets.some(({ steps }) => steps > 0) && noised.every(query => query.name !== name),
    );
    return [...wanted, ...gone.map(([, budgets]) => ({ mechanism: mechanismOf(budgets) }))];
  }

  #budgets(task: TaskName, query: string): readonly OpenBudget[] {
    return this.#of.get(task)?.get(query) ?? [];
  }

  /** Returns the budget that a query goes on with; undefined if it begins another one. */
  #current(task: Task, query: NoisedQuery): NoisedBudget | undefined {
    const newest = this.#budgets(task.name, query.name).at(-1);
    if (!newest?.terms?.noise) return undefined;
    const { terms } = newest;
    const { noise } = newest.terms;
    const { epsilon, delta, rounds } = query.privacy;
    const shape = answerShapeOf(task, query);
    const isSame =
      terms.epsilon === epsilon &&
      terms.delta === delta &&
      terms.rounds === rounds &&
      noise.kind === shape.kind &&
      noise.clip === shape.clip &&
      noise.values === shape.values &&
      noise.quorum === shape.quorum;
    return isSame ? { ...newest, terms: { ...terms, noise } } : undefined;
  }

  async #begun(task: Task, query: NoisedQuery): Promise<NoisedBudget> {
    const before = mechanismOf(this.#budgets(task.name, query.name));
    const noise = answerNoiseOf(task, query, before);
    const terms = { ...termsOf(query, noise), noise };
    const id = await this.#begin(task.name, query.name, terms);
    return { id, task: task.name, openedAt: this.#ports.clock.now(), terms, steps: 0, counted: [] };
  }

  async #begin(task: TaskName, query: string, terms: BudgetTerms | null): Promise<string> {
    const { ledger, random, clock } = this.#ports;
    const id = Buffer.from(random(12)).toString('base64url');
    await ledger.open({ id, task, query, terms, openedAt: clock.now() });
    await this.open(task);
    return id;
  }

  /** Returns the ε that the answers to a query have spent so far. */
  #already(task: TaskName, { name, privacy }: NoisedQuery): number {
    return accountOf(mechanismOf(this.#budgets(task, name))).epsilonAt(privacy.delta);
  }

  #statement(task: TaskName, query: NoisedQuery): Statement {
    const budgets = this.#budgets(task, query.name);
    const isBroken = budgets.some(({ terms }) => terms === null);
    return spent(releasedOfAll(budgets, 'counted'), query.privacy.delta, {
      clip: longestAnswer(query) * unitOf(query),
      released: 'every sum of answers to this query',
      noiseBy: 'device',
      enforcedBy: ['coordinator', 'device'],
      notCounted: ['how many devices answered, and which', 'answers to other queries'],
      broken: isBroken ? 'Some sums of answers to this query were shown without noise.' : undefined,
    });
  }
}

type NoisedBudget = OpenBudget & { readonly terms: BudgetTerms & { readonly noise: DeviceNoise } };

const mechanismOf = (budgets: readonly OpenBudget[]) => releasedOfAll(budgets, 'at least');

/** A device may be in each sum, and none of its noise is taken back later. */
const termsOf = ({ privacy }: NoisedQuery, { perDevice, quorum, clip }: DeviceNoise): BudgetTerms => ({
  epsilon: privacy.epsilon,
  delta: privacy.delta,
  rounds: privacy.rounds,
  separation: 1,
  participations: privacy.rounds,
  bands: 1,
  noiseMultiplier: Math.sqrt(perDevice * quorum) / clip,
  devices: privacy.noise,
});

/** Size of one element in the unit of the query's values. */
const unitOf = (query: Query): number => ('least' in query ? (query.most - query.least) / query.levels : 1);
