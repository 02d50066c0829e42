import { type Blt, requireBlt } from '@murmuration/privacy/mechanisms/blt';
import { optimalBlt } from '@murmuration/privacy/mechanisms/optimal-blt';
import type { Participation } from '@murmuration/privacy/mechanisms/participation';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** BLT noise in a definition: given parameters, or a number of buffers whose best parameters are searched. */
export interface WantedBlt {
  readonly kind: 'blt';
  readonly theta?: readonly number[] | undefined;
  readonly omega?: readonly number[] | undefined;
  readonly buffers?: number | undefined;
}

/** BLT noise of a privacy budget. */
export interface TaskBlt extends Blt {
  /** True if the parameters were searched; the budget then keeps the ones it began with. */
  readonly isFound: boolean;
}

/**
 * Default number of buffers of the model's size; more than two reduce the noise in sums of versions by less
 * than 1 %.
 */
const buffersByDefault = 2;
/** Most versions for which the search takes only seconds. */
const mostSearched = 20_000;

/**
 * Returns the BLT that a definition asks for. Throws `config.invalid` for parameters of unknown sensitivity,
 * and if a search would take minutes.
 */
export function bltOf({ buffers, theta, omega }: WantedBlt, participation: Participation): TaskBlt {
  if (theta || omega) {
    if (!(theta && omega) || buffers !== undefined)
      throw new MurmurationError(
        'config.invalid',
        'The task: privacy.noise of the kind "blt" has theta and omega, or buffers for which they are looked for.',
      );
    requireBlt({ theta, omega });
    return { theta, omega, isFound: false };
  }
  if (participation.rounds > mostSearched)
    throw new MurmurationError(
      'config.invalid',
      `The task: the best BLT is looked for up to privacy.rounds ${mostSearched}, not ${participation.rounds}; give theta and omega, such as those for fewer rounds.`,
    );
  const { blt } = optimalBlt({ ...participation, buffers: buffers ?? buffersByDefault, error: 'rootMean' });
  return { ...blt, isFound: true };
}

/** Returns the BLT noise as a definition has it. */
export const wantedBlt = ({ theta, omega, isFound }: TaskBlt): WantedBlt =>
  isFound ? { kind: 'blt', buffers: theta.length } : { kind: 'blt', theta, omega };

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
    throw new MurmurationError(
      'config.invalid',
      `The task: ${theta.length} buffers of BLT noise for ${values} values take ${Math.ceil(bytes / 2 ** 20)} MiB, more than ${longestState / 2 ** 20}; take fewer buffers, or privacy.noise "correlated", which keeps seeds only.`,
    );
}
