import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { spent } from '@murmuration/privacy/statements/spent';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { goesOn, type PrivateTask, termsOf } from './budget-terms.ts';
import type { BudgetTerms, OpenBudget } from './ledger.ts';
import { isByDevices, releasedOf, releasedOfAll } from './released.ts';

/** Spending of one task in the ledger: its budgets for versions, and their total. */
export class TaskAccount {
  /** Oldest first. */
  readonly budgets: readonly OpenBudget[];
  /** Statements of what was spent, by δ and clip: the accountant is slow, and asked often. */
  readonly #statements = new Map<string, Statement>();

  constructor(budgets: readonly OpenBudget[] = []) {
    this.budgets = budgets;
  }

  get newest(): OpenBudget | undefined {
    return this.budgets.at(-1);
  }

  /** True if a version was released without noise. */
  get isBroken(): boolean {
    return this.budgets.some(({ terms }) => terms === null);
  }

  /**
   * Returns the account after a claim with `counted` updates, as the ledger has it; the account itself if the
   * step is already known to be taken, also from the ledger.
   */
  after(budget: string, step: number, counted: number): TaskAccount {
    if (step < (this.budgets.find(({ id }) => id === budget)?.steps ?? 0)) return this;
    return new TaskAccount(
      this.budgets.map(each =>
        each.id === budget ? { ...each, steps: step + 1, counted: [...each.counted, counted] } : each,
      ),
    );
  }

  /** Returns the budget that a task goes on with; undefined if it begins another one. */
  current(task: PrivateTask, values: number): (OpenBudget & { readonly terms: BudgetTerms }) | undefined {
    const newest = this.newest;
    return newest && goesOn(newest, task, values) ? newest : undefined;
  }

  /** Returns `releasedOfAll` of its budgets. */
  released(as: 'counted' | 'at least'): Mechanism {
    return releasedOfAll(this.budgets, as);
  }

  /**
   * Returns everything that a task has released once its budget is spent. Throws `config.invalid` for noise
   * by devices that fits into no ring.
   */
  releasedAtEnd(task: PrivateTask, values: number): Mechanism {
    const newest = this.current(task, values);
    const terms = newest?.terms ?? termsOf(task, values, this.released('at least'));
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

  /**
   * Returns the spending at δ, of updates with a length of `clip` at most; `isMoved`: the clip follows the
   * devices.
   */
  statement(delta: number, clip: number, isMoved = false): Statement {
    const key = `${delta} ${clip} ${isMoved}`;
    const known = this.#statements.get(key);
    if (known) return known;
    const areByDevices = isByDevices(this.budgets);
    const statement = spent(this.released('counted'), delta, {
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
