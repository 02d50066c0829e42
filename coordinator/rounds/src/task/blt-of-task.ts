import type { Blt } from '@murmuration/privacy/mechanisms/blt';
import { optimalBlt } from '@murmuration/privacy/mechanisms/optimal-blt';
import type { Participation } from '@murmuration/privacy/mechanisms/participation';
import { wrongTask } from '../configuration/config-error.ts';

/** BLT noise of a privacy budget. */
export interface TaskBlt extends Blt {
  /**
   * True if the parameters were searched, as now they always are; the budget then keeps the ones it began
   * with.
   */
  readonly isFound: boolean;
}

/**
 * Number of buffers of the model's size; more than two reduce the noise in sums of versions by less
 * than 1 %.
 */
const buffers = 2;
/** Most versions for which the search takes only seconds. */
const mostSearched = 20_000;

/** Returns the best BLT of a budget. Throws `config.invalid` if the search would take minutes. */
export function bltOf(participation: Participation): TaskBlt {
  if (participation.rounds > mostSearched)
    throw wrongTask(
      `the best BLT is looked for up to privacy.rounds ${mostSearched}, not ${participation.rounds}; take privacy.noise "correlated"`,
    );
  const { blt } = optimalBlt({ ...participation, buffers, error: 'rootMean' });
  return { ...blt, isFound: true };
}

/** True if a budget with one BLT may continue where the other is wanted. */
export function isSameBlt(one: TaskBlt | undefined, other: TaskBlt | undefined): boolean {
  if (!one || !other) return one === other;
  if (one.isFound && other.isFound) return one.theta.length === other.theta.length;
  return String([one.isFound, one.theta, one.omega]) === String([other.isFound, other.theta, other.omega]);
}

/** Bytes of the largest state of BLT noise. */
const longestState = 2 ** 30;

/** Throws `config.invalid` if the buffers for this number of values exceed the largest state. */
export function requireRoom({ theta }: TaskBlt, values: number): void {
  const bytes = 8 * theta.length * values;
  if (bytes > longestState)
    throw wrongTask(
      `${theta.length} buffers of BLT noise for ${values} values take ${Math.ceil(bytes / 2 ** 20)} MiB, more than ${longestState / 2 ** 20}; take privacy.noise "correlated", which keeps seeds only`,
    );
}
