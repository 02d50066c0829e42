import { accountOf } from '@murmuration/privacy/accountants/account';
import type { Blt } from '@murmuration/privacy/mechanisms/blt';
import { roundedNorm } from '@murmuration/privacy/mechanisms/distributed';
import { type Mechanism, noisingOf } from '@murmuration/privacy/mechanisms/mechanism';
import { roundVariance } from '@murmuration/privacy/mechanisms/toeplitz';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { RoundTerms } from '../round/round.ts';
import { requireRoom } from '../task/blt-of-task.ts';
import { deviceNoiseOf, planNoiseOf, widthOf } from '../task/device-noise.ts';
import type { Task } from '../task/task.ts';
import { devicesNeeded, sharedNoiseOf } from '../task/task-privacy.ts';
import { AskedAccounts } from './asked-accounts.ts';
import {
  isSame,
  moreNoiseOf,
  movesClip,
  numbersOf,
  type PrivateTask,
  splitFor,
  termsOf,
} from './budget-terms.ts';
import type { OutOf } from './device-accounts.ts';
import type { BudgetTerms, OpenBudget, PrivacyLedger } from './ledger.ts';
import type { NoiseMaker } from './noise-maker.ts';
import { type AccountSpending, QueryBudgets } from './query-budgets.ts';
import { stepNoise } from './step-noise.ts';
import { mayTakePart, tookPartTooSoon } from './taking-part.ts';
import { TaskAccount } from './task-account.ts';

export interface BudgetPorts {
  readonly ledger: PrivacyLedger;
  readonly noise: NoiseMaker;
  /** Cryptographic source of randomness for ids and the secrets of noise. */
  readonly random: RandomBytes;
  readonly clock: Clock;
  readonly enrolled: () => number;
  /** Called for each budget that is begun, before any device is asked. */
  readonly begun?: (task: TaskName, moreNoise: BudgetStatus['moreNoise']) => void;
  /**
   * Called when all accounts of a task's devices are read, if that took longer than `open`: the number of
   * devices that are out is known from now on.
   */
  readonly accountsRead?: (task: TaskName) => void;
  /** Called when the accounts of devices could not be read; reading is tried again. */
  readonly failed?: (error: unknown) => void;
}

/** Result of a step of the budget, needed to release a version. */
export interface Release {
  /** Noise to add; left out if devices have added theirs. */
  readonly noise?: Float32Array;
  /** Expected L2 norm of the noise. */
  readonly noiseNorm: number;
  readonly statement: Statement;
  readonly budget: string;
  readonly step: number;
}

/** Spending of a task's budget. */
export interface BudgetStatus {
  readonly epsilon: number;
  readonly delta: number;
  /** Number of versions that were released, and that the budget is for. */
  readonly steps: number;
  readonly rounds: number;
  readonly statement: Statement;
  /**
   * Noise of its models as a multiple of BISR noise by the coordinator for the same ε; null if it is that
   * noise, and before the budget is begun.
   */
  readonly moreNoise: number | null;
  /** Parameters of BLT noise; null for other noise. */
  readonly blt: Blt | null;
}

/** Properties of a sum of quantised updates that its noise depends on. */
export interface Summed {
  /** Largest length of one of its updates, if the coordinator adds noise. */
  readonly sensitivity: number;
  /** Numbers of the sum. */
  readonly count: number;
  readonly contributors: number;
  /** True if its updates say if they were within the clip. */
  readonly tellsWithin?: boolean;
  /** One unit of the ring, in the unit of deltas. */
  readonly step: number;
}

/** Privacy budgets of tasks: the steps that rounds may take, the noise of these, and the resulting ε. */
export class PrivacyBudgets {
  readonly answers: QueryBudgets;
  readonly #ports: BudgetPorts;
  readonly #accounts = new Map<TaskName, TaskAccount>();
  /** Accounts of devices, for tasks whose check-ins are answered here. */
  readonly #devices = new Map<TaskName, AskedAccounts>();

  constructor(ports: BudgetPorts) {
    this.#ports = ports;
    this.answers = new QueryBudgets(ports);
  }

  /**
   * Reads what was spent of a task; call it before the task's rounds. Many accounts of devices are read in
   * the background, until `close`. With `areSpread`, the rounds are spread over cells, whose parts keep the
   * accounts of devices (`accountsOfPart`), so there are none here. Throws `storage.*`.
   */
  async open(task: TaskName, areSpread = false): Promise<void> {
    await this.#devices.get(task)?.close();
    if (!areSpread) this.#devices.set(task, this.#wholeAccountsOf(task));
    await this.#read(task);
    await this.answers.open(task);
  }

  /**
   * Returns the accounts of the devices of a part of a task's rounds, for as long as the part is here. Reads
   * nothing yet.
   */
  accountsOfPart(task: TaskName, isOwn: (device: DeviceId) => boolean): AskedAccounts {
    return new AskedAccounts(task, { ...this.#accountPorts, read: () => {} }, isOwn);
  }

  #wholeAccountsOf(task: TaskName): AskedAccounts {
    const { accountsRead } = this.#ports;
    return new AskedAccounts(task, { ...this.#accountPorts, read: () => accountsRead?.(task) });
  }

  get #accountPorts() {
    const { ledger, clock, failed = () => {} } = this.#ports;
    // No result depends on a device's place in a table, and draws of seeded runs are for noise.
    return { ledger, clock, failed, random: systemRandom };
  }

  /** Stops reading accounts of devices; resolves once none are being read. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#devices.values(), accounts => accounts.close()));
  }

  /**
   * Throws `round.closed` if the budget excludes one of these devices from a round; if the round already has
   * its step, for a device without a part in that step. Throws `storage.*`.
   */
  async requireParts(
    { plan: { task, privacy } }: RoundTerms,
    contributors: readonly DeviceId[],
  ): Promise<void> {
    if (!privacy) return;
    const { newest } = this.#accountOf(task);
    if (newest?.id !== privacy.budget || !newest.terms)
      throw new MurmurationError('round.closed', 'The privacy budget of this round is not there any more.');
    const { step } = privacy;
    const parts = await this.#ports.ledger.partsOf(newest.id, contributors);
    for (const device of contributors) {
      const last = parts.get(device);
      if (step < newest.steps) {
        if (last?.step !== step)
          throw new MurmurationError(
            'round.closed',
            `Device ${device} was not in the sum with which the round took its step of the privacy budget.`,
          );
      } else if (last && !mayTakePart(last, step, newest.terms)) throw tookPartTooSoon(device);
    }
  }

  /**
   * Returns ε at δ of a device once all budgets of a task are spent, that of its versions (with a model whose
   * devices share `values` numbers) and those of its queries: the ε in all plans of the task. Throws
   * `config.invalid` for noise by devices that fits into no ring.
   */
  totalOf(task: Task, values: number): { readonly epsilon: number; readonly delta: number } {
    const { name, privacy } = task;
    const versions: AccountSpending = privacy
      ? { mechanism: this.#wholeMechanism({ ...task, privacy }, numbersOf(task, values)), wanted: privacy }
      : { mechanism: this.#accountOf(name).released('at least') };
    const all = [versions, ...this.answers.accountsOf(task)].filter(
      ({ mechanism, wanted }) => wanted || accountOf(mechanism).epsilonAt(1e-12) > 0,
    );
    const [only, ...others] = all;
    if (only?.wanted && others.length === 0)
      return { epsilon: only.wanted.epsilon, delta: only.wanted.delta };
    const delta = Math.max(...all.map(({ wanted }) => wanted?.delta ?? 0));
    const parts = all.map(({ mechanism }) => mechanism);
    return { epsilon: accountOf({ kind: 'composed', parts }).epsilonAt(delta), delta };
  }

  /**
   * Returns the cost to a device so far of versions, if they have a budget, and answers; ε is null if
   * something was released without noise.
   */
  togetherOf(task: Task): { readonly epsilon: number | null; readonly delta: number } {
    const { name, privacy, queries } = task;
    const wanted = [privacy, ...queries.map(({ query }) => query.privacy)];
    const delta = Math.max(...wanted.flatMap(each => (each ? [each.delta] : [])));
    const answers = this.answers.spentOf(name);
    const account = this.#accountOf(name);
    if (!answers || (privacy && account.isBroken)) return { epsilon: null, delta };
    const parts = [account.released('counted'), answers];
    return { epsilon: accountOf({ kind: 'composed', parts }).epsilonAt(delta), delta };
  }

  /**
   * Returns the privacy in the plan of the next round; undefined for a task without a budget. `released`:
   * true if a version of the task came from devices. `values`: the numbers of the model that devices share. A
   * task whose terms have changed begins another budget, with what the earlier ones have left. Throws
   * `privacy.spent` if nothing is left, `privacy.too-few-devices` if fewer devices are enrolled than the
   * separation needs, and `config.invalid` for noise by devices that fits into no ring.
   */
  async next(task: Task, released: boolean, values: number): Promise<PlanPrivacy | undefined> {
    const { name, privacy, cohort } = task;
    const { newest } = this.#accountOf(name);
    if (!privacy) {
      if (newest && newest.terms !== null) await this.#begin(name, null);
      return undefined;
    }
    const missing = this.missing(task);
    if (missing > 0)
      throw new MurmurationError(
        'privacy.too-few-devices',
        `The privacy budget of ${name} needs ${missing} more enrolled devices: ${cohort.minimum} in a round, each in one of ${privacy.separation} rounds and ${privacy.participations} times in ${privacy.rounds}. Enrol them, lower separation, rounds or cohort.minimum, or allow more participations.`,
      );
    if (released && !newest) await this.#begin(name, null);
    const budget = await this.#current({ ...task, privacy }, numbersOf(task, values));
    if (budget.steps >= budget.terms.rounds) {
      // No round is under way, so that no noise follows from its secrets any more.
      await this.#ports.ledger.erase(budget.id);
      throw new MurmurationError('privacy.spent');
    }
    const { epsilon, delta } = this.totalOf(task, values);
    const { separation, participations, noise } = budget.terms;
    return {
      budget: budget.id,
      step: budget.steps,
      separation,
      participations,
      epsilon,
      delta,
      ...(noise && { noise: planNoiseOf({ ...noise, width: widthOf({ ...task, privacy }, noise) }) }),
    };
  }

  /**
   * Throws `config.invalid` if the task's devices can't add the noise of its budget to a model with `values`
   * numbers, or if the noise can't be stored.
   */
  requireNoise(task: Task, values: number): void {
    const { name, privacy } = task;
    if (privacy?.blt) requireRoom(privacy.blt, values);
    const before = this.#accountOf(name).released('at least');
    if (privacy?.devices && accountOf(before).epsilonAt(privacy.delta) < privacy.epsilon)
      deviceNoiseOf({ ...task, privacy }, values, before);
  }

  /**
   * Takes the step of a round, permanently, and makes the noise with which the sum of its updates may be
   * released, unless devices have added theirs. The same round always gets the same noise. Throws
   * `round.closed` if the step already belongs to another round, and `storage.*`.
   */
  async release(
    terms: RoundTerms,
    contributors: readonly DeviceId[],
    { sensitivity, count, contributors: counted, tellsWithin = false, step: unit }: Summed,
    signal: AbortSignal,
  ): Promise<Release | undefined> {
    const { privacy, task } = terms.plan;
    if (!privacy) return undefined;
    const account = this.#accountOf(task);
    const budget = account.budgets.find(({ id }) => id === privacy.budget);
    if (!budget?.terms)
      throw new MurmurationError('round.closed', 'The privacy budget of this round is not there any more.');
    const { step } = privacy;
    const { noiseMultiplier, noise: ofDevices } = budget.terms;
    const claim = {
      budget: budget.id,
      step,
      round: terms.id,
      seed: this.#ports.random(32),
      contributors,
    };
    if (ofDevices) {
      // The noise of devices does not follow from a secret.
      await this.#ports.ledger.claim({ ...claim, oldest: step + 1 });
      this.#take(task, budget.id, step, contributors);
      const { clip, values, bias, perDevice } = ofDevices;
      return {
        noiseNorm: unit * Math.sqrt(perDevice * counted * count),
        statement: this.#accountOf(task).statement(privacy.delta, unit * roundedNorm(clip, values, bias).l2),
        budget: budget.id,
        step,
      };
    }
    const ofStep = await stepNoise(this.#ports, { budget: budget.id, terms: budget.terms }, step);
    const seeds = await ofStep.claim(claim);
    this.#take(task, budget.id, step, contributors);
    // The count of updates within the clip is one more number of the same mechanism, for a share of its z.
    const split = tellsWithin ? splitFor(noiseMultiplier, terms.goal) : undefined;
    const stddev = (split?.sum ?? noiseMultiplier) * sensitivity;
    const noise = await ofStep.make(seeds, stddev, split ? count + 1 : count, signal);
    if (split) noise[count] = (noise[count]! / stddev) * split.count;
    const variance = roundVariance(noisingOf(sharedNoiseOf(budget.terms), step + 1), step);
    return {
      noise,
      noiseNorm: stddev * Math.sqrt(variance * count),
      statement: this.#accountOf(task).statement(privacy.delta, sensitivity, tellsWithin),
      budget: budget.id,
      step,
    };
  }

  untilKnown(task: Task, device: DeviceId): Promise<void> | undefined {
    return this.#devices.get(task.name)?.untilKnown(task, device);
  }

  /** Returns why a device may not take part in the next step yet; undefined if it may. */
  outOf(task: Task, device: DeviceId): OutOf | undefined {
    return this.#devices.get(task.name)?.outOf(task, device);
  }

  /**
   * Returns the number of devices that may not take part in the next step of a task, as far as their accounts
   * are known.
   */
  out({ name, privacy }: Task): number {
    return privacy ? (this.#devices.get(name)?.out ?? 0) : 0;
  }

  /**
   * Returns how many more devices must enrol for a task's rounds to go on under its budget; 0 if there are
   * enough.
   */
  missing({ privacy, cohort }: Task): number {
    if (!privacy) return 0;
    return Math.max(0, devicesNeeded(privacy, cohort.minimum) - this.#ports.enrolled());
  }

  /** Returns the spending; null for a task without a budget. */
  statusOf(task: Task): BudgetStatus | null {
    const { name, privacy, update, strategy } = task;
    if (!privacy) return null;
    const account = this.#accountOf(name);
    const { newest } = account;
    const { epsilon, delta, rounds } = privacy;
    const isCurrent = newest?.terms && isSame(newest.terms, privacy);
    const steps = isCurrent ? newest.steps : 0;
    return {
      epsilon,
      delta,
      steps,
      rounds,
      statement: account.statement(delta, update.clip, movesClip(strategy)),
      moreNoise: isCurrent ? moreNoiseOf(newest.terms, task.cohort.goal) : null,
      blt: (isCurrent ? newest.terms.blt : privacy.blt) ?? null,
    };
  }

  #take(task: TaskName, budget: string, step: number, contributors: readonly DeviceId[]): void {
    this.#accounts.set(task, this.#accountOf(task).after(budget, step, contributors.length));
    this.#devices.get(task)?.took(budget, step, contributors);
  }

  async #read(task: TaskName): Promise<void> {
    const budgets = await this.#ports.ledger.budgets(task);
    await this.#devices.get(task)?.read(budgets.at(-1));
    this.#accounts.set(task, new TaskAccount(budgets));
  }

  /** Returns the budget that a task's terms continue, or another one with what is left. */
  async #current(task: PrivateTask, values: number): Promise<OpenBudget & { readonly terms: BudgetTerms }> {
    const { name, privacy, cohort } = task;
    const account = this.#accountOf(name);
    const current = account.current(task, values);
    if (current) return current;
    // Devices add it up in this way, since they don't know how many were counted.
    const before = account.released(privacy.devices ? 'at least' : 'counted');
    const already = accountOf(before).epsilonAt(privacy.delta);
    if (already >= privacy.epsilon)
      throw new MurmurationError(
        'privacy.spent',
        `Versions of ${name} have spent ε = ${already.toPrecision(4)} at δ = ${privacy.delta} before; the budget is ε = ${privacy.epsilon}.`,
      );
    const terms = termsOf(task, values, before);
    const begun = await this.#begin(name, terms);
    this.#ports.begun?.(name, moreNoiseOf(terms, cohort.goal));
    return { ...begun, terms };
  }

  /**
   * Returns what a task has released once its budget is spent, or what it has already spent if that leaves
   * nothing.
   */
  #wholeMechanism(task: PrivateTask, values: number): Mechanism {
    const { name, privacy } = task;
    const account = this.#accountOf(name);
    const before = account.released('at least');
    const isOver =
      !account.current(task, values) && accountOf(before).epsilonAt(privacy.delta) >= privacy.epsilon;
    return isOver ? before : account.releasedAtEnd(task, values);
  }

  async #begin(task: TaskName, terms: BudgetTerms | null): Promise<OpenBudget> {
    const { ledger, random, clock } = this.#ports;
    const id = Buffer.from(random(12)).toString('base64url');
    const budget = { id, task, terms, openedAt: clock.now() };
    await ledger.open(budget);
    await this.#read(task);
    return { ...budget, steps: 0, counted: [] };
  }

  #accountOf(task: TaskName): TaskAccount {
    return this.#accounts.get(task) ?? new TaskAccount();
  }
}
