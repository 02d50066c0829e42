import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { spent } from '@murmuration/privacy/statements/spent';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { TaskPrivacy } from '../task/task-privacy.ts';
import { goesOn, type PrivateTask, termsOf } from './budget-terms.ts';
import type { BudgetTerms, OpenBudget, Parts } from './ledger.ts';
import { isByDevices, releasedOf } from './released.ts';

/** Why a device may not take part in the next step yet, and how many steps off it may. */
export interface OutOf {
  readonly reason: string;
  readonly steps: number;
}

/** What the ledger has of one task: its budgets for versions, who took part in the newest, and what that comes to. */
export class TaskAccount {
  /** Oldest first. */
  readonly budgets: readonly OpenBudget[];
  /** Devices that may not take part in the next step. */
  readonly out: number;
  readonly #parts: Map<DeviceId, Parts>;
  /** Of what was spent, by δ and clip: the accountant takes a while, and is asked often. */
  readonly #statements = new Map<string, Statement>();

  /** `parts`: those in the newest budget; they are the account's own from now on. */
  constructor(budgets: readonly OpenBudget[] = [], parts: Map<DeviceId, Parts> = new Map()) {
    this.budgets = budgets;
    this.#parts = parts;
    const newest = budgets.at(-1);
    let out = 0;
    if (newest) for (const last of parts.values()) if (stepsOut(newest, last) > 0) out += 1;
    this.out = out;
  }

  get newest(): OpenBudget | undefined {
    return this.budgets.at(-1);
  }

  /** Whether a version was released without noise. */
  get isBroken(): boolean {
    return this.budgets.some(({ terms }) => terms === null);
  }

  /** What a claim has changed, as the ledger has it; the account itself where it knows that the step is taken, be it from the ledger. */
  after({ id }: Pick<OpenBudget, 'id'>, step: number, contributors: readonly DeviceId[]): TaskAccount {
    if (step < (this.budgets.find(each => each.id === id)?.steps ?? 0)) return this;
    const parts = this.#parts;
    if (this.newest?.id === id)
      for (const device of contributors)
        parts.set(device, { step, parts: (parts.get(device)?.parts ?? 0) + 1 });
    const budgets = this.budgets.map(each =>
      each.id === id ? { ...each, steps: step + 1, counted: [...each.counted, contributors.length] } : each,
    );
    return new TaskAccount(budgets, parts);
  }

  /** Undefined where the device may take part in the next step. */
  outOf(device: DeviceId): OutOf | undefined {
    const newest = this.newest;
    const last = this.#parts.get(device);
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

  /** No check-in lets a device in that may not take part; were there one, no ε would hold. Throws `round.closed`. */
  requireParts(
    { separation, participations }: TaskPrivacy,
    step: number,
    contributors: readonly DeviceId[],
  ): void {
    for (const device of contributors) {
      const last = this.#parts.get(device);
      if (last && (step < last.step + separation || last.parts >= participations))
        throw new MurmurationError(
          'round.closed',
          `Device ${device} took part sooner or more often than the privacy budget allows.`,
        );
    }
  }

  /** Throws `round.closed` where a step was taken without one of these. */
  requireTaken(step: number, contributors: readonly DeviceId[]): void {
    for (const device of contributors)
      if (this.#parts.get(device)?.step !== step)
        throw new MurmurationError(
          'round.closed',
          `Device ${device} was not in the sum with which the round took its step of the privacy budget.`,
        );
  }

  /**
   * With what other processes have taken since: the budgets as they are now, and the parts in the newest whose last step was not known here. The account itself is
   * of no use any more.
   */
  followed(budgets: readonly OpenBudget[], since: ReadonlyMap<DeviceId, Parts>): TaskAccount {
    const parts = budgets.at(-1)?.id === this.newest?.id ? this.#parts : new Map<DeviceId, Parts>();
    for (const [device, last] of since) parts.set(device, last);
    return new TaskAccount(budgets, parts);
  }

  /** The budget that a task goes on with; undefined where it begins another one. */
  current(task: PrivateTask, values: number): (OpenBudget & { readonly terms: BudgetTerms }) | undefined {
    const newest = this.newest;
    return newest && goesOn(newest, task, values) ? newest : undefined;
  }

  /** Everything that was released so far; `atLeast`: with no more noise by devices than that of the smallest sums. */
  released(atLeast = false): Mechanism {
    const parts = this.budgets.flatMap(({ terms, steps, counted }) =>
      terms && steps > 0 ? [releasedOf(terms, atLeast ? counted.map(() => 0) : counted)] : [],
    );
    const [only, ...others] = parts;
    return only && others.length === 0 ? only : { kind: 'composed', parts };
  }

  /**
   * Everything that a task has released once its budget is spent. Throws `config.invalid` for noise by devices that no ring has room for.
   */
  releasedAtEnd(task: PrivateTask, values: number): Mechanism {
    const newest = this.current(task, values);
    const terms = newest?.terms ?? termsOf(task, values, this.released(true));
    const whole = releasedOf(terms, Array(terms.rounds).fill(0));
    const earlier = this.budgets.flatMap(({ id, terms, counted }) =>
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

  /** What was spent at δ, of updates that are `clip` long at most; `isMoved`: by a clip that follows the devices. */
  statement(delta: number, clip: number, isMoved = false): Statement {
    const key = `${delta} ${clip} ${isMoved}`;
    const known = this.#statements.get(key);
    if (known) return known;
    const areByDevices = isByDevices(this.budgets);
    const statement = spent(this.released(), delta, {
      clip,
      released: areByDevices
        ? 'every sum of updates'
        : isMoved
          ? 'every version of the model, and the clip of each round'
          : 'every version of the model',
      noiseBy: areByDevices ? 'device' : 'coordinator',
      enforcedBy: ['coordinator', 'device'],
      broken: this.isBroken ? 'Some versions of this model were released without noise.' : undefined,
    });
    this.#statements.set(key, statement);
    return statement;
  }
}

/** Steps until a device whose last part that was may take part in a budget; 0 or less: it may. */
function stepsOut({ terms, steps }: OpenBudget, last: Parts): number {
  if (!terms) return 0;
  return last.parts >= terms.participations ? terms.rounds - steps : last.step + terms.separation - steps;
}
