import { accountOf } from '@murmuration/privacy/accountants/account';
import { gaussianMu } from '@murmuration/privacy/accountants/gaussian';
import { muOfMechanism } from '@murmuration/privacy/accountants/mu';
import { type SplitNoise, splitNoise } from '@murmuration/privacy/clipping/adaptive';
import type { Blt } from '@murmuration/privacy/mechanisms/blt';
import { roundedNorm } from '@murmuration/privacy/mechanisms/distributed';
import { type Mechanism, noisingOf } from '@murmuration/privacy/mechanisms/mechanism';
import { roundVariance } from '@murmuration/privacy/mechanisms/toeplitz';
import { calibrateBeside } from '@murmuration/privacy/statements/calibrate';
import { spent } from '@murmuration/privacy/statements/spent';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { RoundTerms } from '../round/round.ts';
import type { Strategy } from '../strategy/strategy.ts';
import { isSameBlt, requireRoom } from '../task/blt-of-task.ts';
import {
  type DeviceNoise,
  deviceNoiseOf,
  moreNoiseThanCorrelated,
  noiseShapeOf,
  planNoiseOf,
  widthOf,
} from '../task/device-noise.ts';
import type { Task } from '../task/task.ts';
import {
  besideBisr,
  devicesNeeded,
  mechanismAfter,
  sharedNoiseOf,
  type TaskPrivacy,
} from '../task/task-privacy.ts';
import type { BudgetTerms, OpenBudget, Parts, PrivacyLedger } from './ledger.ts';
import type { NoiseMaker } from './noise-maker.ts';
import { type Account, QueryBudgets } from './query-budgets.ts';
import { isByDevices, releasedOf } from './released.ts';
import { stepNoise } from './step-noise.ts';

/** What rounding of numbers may take from noise, many times over. */
const roundedUp = 1e-12;

export interface BudgetPorts {
  readonly ledger: PrivacyLedger;
  readonly noise: NoiseMaker;
  /** Makes ids and the secrets of noise: cryptographic. */
  readonly random: RandomBytes;
  readonly clock: Clock;
  /** Devices that are enrolled. */
  readonly enrolled: () => number;
  /** Hears of each budget that is begun, before any device is asked. */
  readonly begun?: (task: TaskName, moreNoise: BudgetStatus['moreNoise']) => void;
}

/** What a version needs so that it can be released. */
export interface Release {
  /** Left out where devices have added theirs. */
  readonly noise?: Float32Array;
  /** L2 norm that the noise has by expectation. */
  readonly noiseNorm: number;
  readonly statement: Statement;
  readonly budget: string;
  readonly step: number;
}

/** What is spent of a task's budget. */
export interface BudgetStatus {
  readonly epsilon: number;
  readonly delta: number;
  /** Versions that were released, and that the budget is for. */
  readonly steps: number;
  readonly rounds: number;
  readonly statement: Statement;
  /**
   * How many times as much noise its models have as if the coordinator added BISR noise for the same ε; null where it does, and before the budget
   * is begun.
   */
  readonly moreNoise: number | null;
  /** Parameters of BLT noise; null for other noise. */
  readonly blt: Blt | null;
}

/** A sum of quantised updates, as far as its noise goes. */
export interface Summed {
  /** The longest that one of its updates can be, where the coordinator adds noise. */
  readonly sensitivity: number;
  /** Numbers of the sum. */
  readonly count: number;
  readonly contributors: number;
  /** Whether its updates say if they were within the clip. */
  readonly tellsWithin?: boolean;
  /** One unit of the ring, in the unit of deltas. */
  readonly step: number;
}

interface OfTask {
  readonly budgets: readonly OpenBudget[];
  /** Of the newest budget. */
  readonly parts: Map<DeviceId, Parts>;
  /** Devices that may not take part in its next step. */
  readonly out: number;
  /** Of what was spent, by δ and clip: the accountant takes a while, and is asked often. */
  readonly statements: Map<string, Statement>;
}

/** The privacy budgets of tasks: what rounds may take of them, the noise that pays for it, and the ε that it comes to. */
export class PrivacyBudgets {
  /** Those of queries. */
  readonly answers: QueryBudgets;
  readonly #ports: BudgetPorts;
  readonly #of = new Map<TaskName, OfTask>();

  constructor(ports: BudgetPorts) {
    this.#ports = ports;
    this.answers = new QueryBudgets(ports);
  }

  /** Reads what was spent of a task; before its rounds. Throws `storage.*`. */
  async open(task: TaskName): Promise<void> {
    const budgets = await this.#ports.ledger.budgets(task);
    const newest = budgets.at(-1);
    this.#keep(task, budgets, new Map(newest && (await this.#ports.ledger.parts(newest.id))));
    await this.answers.open(task);
  }

  /**
   * ε at δ of a device once all budgets of a task are spent, that of its versions, of a model whose devices share so many `values`, and those of its
   * queries: what all plans of the task say. Throws `config.invalid` for noise by devices that no ring has room for.
   */
  totalOf(task: Task, values: number): { readonly epsilon: number; readonly delta: number } {
    const { name, privacy } = task;
    const versions: Account = privacy
      ? { mechanism: this.#wholeMechanism({ ...task, privacy }, numbersOf(task, values)), wanted: privacy }
      : { mechanism: this.#spentMechanism(name, true) };
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

  /** What versions, where they have a budget, and answers have cost a device so far; ε null: something was released without noise. */
  togetherOf(task: Task): { readonly epsilon: number | null; readonly delta: number } {
    const { name, privacy, queries } = task;
    const wanted = [privacy, ...queries.map(({ query }) => query.privacy)];
    const delta = Math.max(...wanted.flatMap(each => (each ? [each.delta] : [])));
    const answers = this.answers.spentOf(name);
    const isBroken = this.#ofTask(name).budgets.some(({ terms }) => terms === null);
    if (!answers || (privacy && isBroken)) return { epsilon: null, delta };
    const parts = [this.#spentMechanism(name), answers];
    return { epsilon: accountOf({ kind: 'composed', parts }).epsilonAt(delta), delta };
  }

  /**
   * What the plan of the next round says; undefined for a task without a budget. `released`: whether a version of the task came from devices;
   * `values`: the numbers that devices share of the model. A task whose budget has other terms than before begins another one, with what the
   * earlier ones have left. Throws `privacy.spent` where nothing is left, `privacy.too-few-devices` where fewer devices are enrolled than the
   * separation takes, and `config.invalid` for noise by devices that no ring has room for.
   */
  async next(task: Task, released: boolean, values: number): Promise<PlanPrivacy | undefined> {
    const { name, privacy, cohort } = task;
    const { budgets } = this.#ofTask(name);
    if (!privacy) {
      if (budgets.length > 0 && budgets.at(-1)!.terms !== null) await this.#begin(name, null);
      return undefined;
    }
    const missing = this.missing(task);
    if (missing > 0)
      throw new MurmurationError(
        'privacy.too-few-devices',
        `The privacy budget of ${name} needs ${missing} more enrolled devices: ${cohort.minimum} in a round, each in one of ${privacy.separation} rounds and ${privacy.participations} times in ${privacy.rounds}. Enrol them, lower separation, rounds or cohort.minimum, or allow more participations.`,
      );
    if (released && budgets.length === 0) await this.#begin(name, null);
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

  /** Throws `config.invalid` for a task whose devices can't add the noise that its budget takes to a model of so many values, or whose noise can't be kept. */
  requireNoise(task: Task, values: number): void {
    const { name, privacy } = task;
    if (privacy?.blt) requireRoom(privacy.blt, values);
    const before = this.#spentMechanism(name, true);
    if (privacy?.devices && accountOf(before).epsilonAt(privacy.delta) < privacy.epsilon)
      deviceNoiseOf({ ...task, privacy }, values, before);
  }

  /**
   * Takes the step of a round, for good, and makes the noise with which the sum of its updates may be released, unless devices have. The same
   * round gets the same noise, however often it asks. Throws `round.closed` where the step is another round's by now, and `storage.*`.
   */
  async release(
    terms: RoundTerms,
    contributors: readonly DeviceId[],
    { sensitivity, count, contributors: counted, tellsWithin = false, step: unit }: Summed,
    signal: AbortSignal,
  ): Promise<Release | undefined> {
    const { privacy, task } = terms.plan;
    if (!privacy) return undefined;
    const ofTask = this.#ofTask(task);
    const budget = ofTask.budgets.find(({ id }) => id === privacy.budget);
    if (!budget?.terms)
      throw new MurmurationError('round.closed', 'The privacy budget of this round is not there any more.');
    const { step } = privacy;
    const { noiseMultiplier, noise: ofDevices } = budget.terms;
    if (step >= budget.steps) this.#requireParts(budget.terms, step, contributors, ofTask.parts);
    const claim = {
      budget: budget.id,
      step,
      round: terms.id,
      seed: this.#ports.random(32),
      contributors,
    };
    if (ofDevices) {
      // No secret makes the noise of devices.
      await this.#ports.ledger.claim({ ...claim, oldest: step + 1 });
      this.#take(task, budget, step, contributors);
      const { clip, values, bias, perDevice } = ofDevices;
      return {
        noiseNorm: unit * Math.sqrt(perDevice * counted * count),
        statement: this.#statement(task, privacy.delta, unit * roundedNorm(clip, values, bias).l2),
        budget: budget.id,
        step,
      };
    }
    const ofStep = await stepNoise(this.#ports, { budget: budget.id, terms: budget.terms }, step);
    const seeds = await ofStep.claim(claim);
    this.#take(task, budget, step, contributors);
    // The count of updates within the clip is one more number of the same mechanism, for a share of its z.
    const split = tellsWithin ? splitFor(noiseMultiplier, terms.goal) : undefined;
    const stddev = (split?.sum ?? noiseMultiplier) * sensitivity;
    const noise = await ofStep.make(seeds, stddev, split ? count + 1 : count, signal);
    if (split) noise[count] = (noise[count]! / stddev) * split.count;
    const variance = roundVariance(noisingOf(sharedNoiseOf(budget.terms), step + 1), step);
    return {
      noise,
      noiseNorm: stddev * Math.sqrt(variance * count),
      statement: this.#statement(task, privacy.delta, sensitivity, tellsWithin),
      budget: budget.id,
      step,
    };
  }

  /** Why a device may not take part in the next step yet, and how many steps off it may; undefined where it may. */
  outOf(
    { name, privacy }: Task,
    device: DeviceId,
  ): { readonly reason: string; readonly steps: number } | undefined {
    if (!privacy) return undefined;
    const { budgets, parts } = this.#ofTask(name);
    const newest = budgets.at(-1);
    const last = parts.get(device);
    if (!last || !newest?.terms) return undefined;
    const steps = stepsOut(newest, last);
    if (steps <= 0) return undefined;
    const { separation, participations } = newest.terms;
    const reason =
      last.parts >= participations
        ? `the device has taken part ${participations} times, as often as the privacy budget allows`
        : `the privacy budget lets a device take part in one of ${separation} rounds`;
    return { reason, steps };
  }

  /** Devices that may not take part in the next step of a task. */
  out({ name, privacy }: Task): number {
    return privacy ? this.#ofTask(name).out : 0;
  }

  /** Enrolled devices that the budget of a task lacks for rounds to go on; 0: there are enough. */
  missing({ privacy, cohort }: Task): number {
    if (!privacy) return 0;
    return Math.max(0, devicesNeeded(privacy, cohort.minimum) - this.#ports.enrolled());
  }

  /** What is spent; null for a task without a budget. */
  statusOf(task: Task): BudgetStatus | null {
    const { name, privacy, update, strategy } = task;
    if (!privacy) return null;
    const { budgets } = this.#ofTask(name);
    const newest = budgets.at(-1);
    const { epsilon, delta, rounds } = privacy;
    const isCurrent = newest?.terms && isSame(newest.terms, privacy);
    const steps = isCurrent ? newest.steps : 0;
    return {
      epsilon,
      delta,
      steps,
      rounds,
      statement: this.#statement(name, delta, update.clip, movesClip(strategy)),
      moreNoise: isCurrent ? moreNoiseOf(newest.terms, task.cohort.goal) : null,
      blt: (isCurrent ? newest.terms.blt : privacy.blt) ?? null,
    };
  }

  /** What a claim has changed, as the ledger has it. */
  #take(task: TaskName, { id, steps }: OpenBudget, step: number, contributors: readonly DeviceId[]): void {
    // Claimed before, by the same round.
    if (step < steps) return;
    const { budgets, parts } = this.#ofTask(task);
    if (budgets.at(-1)?.id === id)
      for (const device of contributors)
        parts.set(device, { step, parts: (parts.get(device)?.parts ?? 0) + 1 });
    const taken = budgets.map(each =>
      each.id === id ? { ...each, steps: step + 1, counted: [...each.counted, contributors.length] } : each,
    );
    this.#keep(task, taken, parts);
  }

  #keep(task: TaskName, budgets: readonly OpenBudget[], parts: Map<DeviceId, Parts>): void {
    const newest = budgets.at(-1);
    let out = 0;
    if (newest) for (const last of parts.values()) if (stepsOut(newest, last) > 0) out += 1;
    this.#of.set(task, { budgets, parts, out, statements: new Map() });
  }

  /** No check-in lets a device in that may not take part; were there one, no ε would hold. Throws `round.closed`. */
  #requireParts(
    { separation, participations }: TaskPrivacy,
    step: number,
    contributors: readonly DeviceId[],
    parts: ReadonlyMap<DeviceId, Parts>,
  ): void {
    for (const device of contributors) {
      const last = parts.get(device);
      if (last && (step < last.step + separation || last.parts >= participations))
        throw new MurmurationError(
          'round.closed',
          `Device ${device} took part sooner or more often than the privacy budget allows.`,
        );
    }
  }

  /** The budget that a task's terms continue, or another one with what is left. */
  async #current(
    task: Task & { readonly privacy: TaskPrivacy },
    values: number,
  ): Promise<OpenBudget & { readonly terms: BudgetTerms }> {
    const { name, privacy, cohort } = task;
    const newest = this.#newest(task, values);
    if (newest) return newest;
    // As devices add it up, which don't know how many were counted.
    const before = this.#spentMechanism(name, privacy.devices !== undefined);
    const already = accountOf(before).epsilonAt(privacy.delta);
    if (already >= privacy.epsilon)
      throw new MurmurationError(
        'privacy.spent',
        `Versions of ${name} have spent ε = ${already.toPrecision(4)} at δ = ${privacy.delta} before; the budget is ε = ${privacy.epsilon}.`,
      );
    const terms = this.#termsOf(task, values, before);
    const begun = await this.#begin(name, terms);
    this.#ports.begun?.(name, moreNoiseOf(terms, cohort.goal));
    return { ...begun, terms };
  }

  /** The budget that a task goes on with. */
  #newest(
    task: Task & { readonly privacy: TaskPrivacy },
    values: number,
  ): (OpenBudget & { readonly terms: BudgetTerms }) | undefined {
    const newest = this.#ofTask(task.name).budgets.at(-1);
    if (!newest?.terms || !isSame(newest.terms, task.privacy)) return undefined;
    const { noise, blt } = newest.terms;
    // What noise remembers has a number for each value.
    const fits = noise ? isSameNoise(noise, task, values) : !blt || newest.terms.values === values;
    return fits ? { ...newest, terms: newest.terms } : undefined;
  }

  /** Those of the budget that a task begins. */
  #termsOf(task: Task & { readonly privacy: TaskPrivacy }, values: number, before: Mechanism): BudgetTerms {
    const { privacy } = task;
    if (privacy.devices) return { ...privacy, noise: deviceNoiseOf(task, values, before) };
    return {
      ...privacy,
      noiseMultiplier: multiplierBeside(privacy, before),
      ...(privacy.blt && { values }),
    };
  }

  /** What a task has released once its budget is spent, or what it has spent already, where that leaves nothing. */
  #wholeMechanism(task: Task & { readonly privacy: TaskPrivacy }, values: number): Mechanism {
    const { name, privacy } = task;
    const before = this.#spentMechanism(name, true);
    const newest = this.#newest(task, values);
    if (!newest && accountOf(before).epsilonAt(privacy.delta) >= privacy.epsilon) return before;
    const terms = newest?.terms ?? this.#termsOf(task, values, before);
    const whole = releasedOf(terms, Array(terms.rounds).fill(0));
    const { budgets } = this.#ofTask(name);
    const earlier = budgets.flatMap(({ id, terms, counted }) =>
      terms && id !== newest?.id && counted.length > 0
        ? [
            releasedOf(
              terms,
              counted.map(() => 0),
            ),
          ]
        : [],
    );
    return { kind: 'composed', parts: [...earlier, whole] };
  }

  async #begin(task: TaskName, terms: BudgetTerms | null): Promise<OpenBudget> {
    const { ledger, random, clock } = this.#ports;
    const id = Buffer.from(random(12)).toString('base64url');
    const budget = { id, task, terms, openedAt: clock.now() };
    await ledger.open(budget);
    await this.open(task);
    return { ...budget, steps: 0, counted: [] };
  }

  /** Everything that was released of a task so far; `atLeast`: with no more noise by devices than that of the smallest sums. */
  #spentMechanism(task: TaskName, atLeast = false): Mechanism {
    const parts = this.#ofTask(task).budgets.flatMap(({ terms, steps, counted }) =>
      terms && steps > 0 ? [releasedOf(terms, atLeast ? counted.map(() => 0) : counted)] : [],
    );
    const [only, ...others] = parts;
    return only && others.length === 0 ? only : { kind: 'composed', parts };
  }

  #statement(task: TaskName, delta: number, clip: number, isMoved = false): Statement {
    const { budgets, statements } = this.#ofTask(task);
    const key = `${delta} ${clip} ${isMoved}`;
    const known = statements.get(key);
    if (known) return known;
    const isBroken = budgets.some(({ terms }) => terms === null);
    const areByDevices = isByDevices(budgets);
    const statement = spent(this.#spentMechanism(task), delta, {
      clip,
      released: areByDevices
        ? 'every sum of updates'
        : isMoved
          ? 'every version of the model, and the clip of each round'
          : 'every version of the model',
      noiseBy: areByDevices ? 'device' : 'coordinator',
      enforcedBy: ['coordinator', 'device'],
      broken: isBroken ? 'Some versions of this model were released without noise.' : undefined,
    });
    statements.set(key, statement);
    return statement;
  }

  #ofTask(task: TaskName): OfTask {
    return this.#of.get(task) ?? { budgets: [], parts: new Map(), out: 0, statements: new Map() };
  }
}

/** Steps until a device whose last part that was may take part in a budget; 0 or less: it may. */
function stepsOut({ terms, steps }: OpenBudget, last: Parts): number {
  if (!terms) return 0;
  return last.parts >= terms.participations ? terms.rounds - steps : last.step + terms.separation - steps;
}

/** Whether a budget goes on under these terms; the noise follows from them, and from what was spent before. */
function isSame(
  { noiseMultiplier: _, noise: __, values: ___, blt, ...one }: BudgetTerms,
  { noiseMultiplier: ____, blt: wanted, ...other }: TaskPrivacy,
): boolean {
  if (!isSameBlt(blt, wanted)) return false;
  const keys = Object.keys({ ...one, ...other }) as (keyof typeof one)[];
  return keys.every(key => one[key] === other[key]);
}

/** Whether the devices of a task would get the same ε from that noise. */
function isSameNoise(
  { clip, values, quorum, corrupt }: DeviceNoise,
  task: Task & { readonly privacy: TaskPrivacy },
  wantedValues: number,
): boolean {
  const wanted = noiseShapeOf(task, wantedValues);
  return (
    clip === wanted.clip &&
    values === wanted.values &&
    quorum === wanted.quorum &&
    quorum + corrupt === task.cohort.minimum
  );
}

/** z with which a budget of the coordinator's noise and what was spent before come to no more than it allows. */
function multiplierBeside(privacy: TaskPrivacy, before: Mechanism): number {
  const { noiseMultiplier, epsilon, delta } = privacy;
  const whole = mechanismAfter(privacy, privacy.rounds);
  // Noise by devices is no Gaussian mechanism, so that no μ² adds up.
  if (accountOf(before).mu === undefined) {
    const { noiseMultiplier: found } = calibrateBeside({ epsilon, delta }, whole, before);
    return Math.max(noiseMultiplier, found);
  }
  const left = gaussianMu(epsilon, delta) ** 2 - muOfMechanism(before) ** 2;
  const more = muOfMechanism(whole) / Math.sqrt(left);
  // What is calibrated already is not rounded again; whatever is, is rounded up.
  return more > 1 ? noiseMultiplier * more * (1 + roundedUp) : noiseMultiplier;
}

/** Whether rounds tell how many updates were within the clip, which then moves. */
const movesClip = (strategy: Strategy): boolean => strategy.consumes === 'sum' && strategy.clip !== undefined;

/** Numbers that get noise: counts of updates within the clip do as well. */
const numbersOf = ({ strategy }: Task, values: number): number => (movesClip(strategy) ? values + 1 : values);

/** Share of the goal that the noise of a count has as its standard deviation, where that is enough for z (Andrew et al. 2021, § 3). */
const countShare = 1 / 20;

/** How a step spends z on sum and count: each device counts ±½ beside its update, so that z⁻² = z_Δ⁻² + (2σ_b)⁻². */
const splitFor = (noiseMultiplier: number, goal: number): SplitNoise =>
  splitNoise(noiseMultiplier, goal, Math.max(countShare * goal, noiseMultiplier));

function moreNoiseOf(terms: BudgetTerms, goal: number): number | null {
  if (terms.noise) return moreNoiseThanCorrelated(terms, terms.noise, goal);
  return terms.blt ? besideBisr(terms, terms.noiseMultiplier, sharedNoiseOf(terms)) : null;
}
