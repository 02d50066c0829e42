import { type Blt, requireBlt } from '@murmuration/privacy/mechanisms/blt';
import { optimalBlt } from '@murmuration/privacy/mechanisms/optimal-blt';
import type { Participation } from '@murmuration/privacy/mechanisms/participation';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** BLT noise as a team asks for it: parameters of its own, or a number of buffers for which the best are looked for. */
export interface WantedBlt {
  readonly kind: 'blt';
  readonly theta?: readonly number[] | undefined;
  readonly omega?: readonly number[] | undefined;
  readonly buffers?: number | undefined;
}

/** The BLT of a budget. */
export interface TaskBlt extends Blt {
  /** Whether its parameters were looked for: then a budget keeps to those that it began with. */
  readonly isFound: boolean;
}

/** Buffers of the model's size: more than two gain less than 1 % for noise in the sums of versions. */
const buffersByDefault = 2;
/** Versions up to which the search takes seconds. */
const mostSearched = 20_000;

/** Throws `config.invalid` for parameters whose sensitivity would not be known, and where a search would take minutes. */
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

/** What a definition would say of it. */
export const wantedBlt = ({ theta, omega, isFound }: TaskBlt): WantedBlt =>
  isFound ? { kind: 'blt', buffers: theta.length } : { kind: 'blt', theta, omega };

/** Whether a budget with the one goes on where the other is wanted. */
export function isSameBlt(one: TaskBlt | undefined, other: TaskBlt | undefined): boolean {
  if (!one || !other) return one === other;
  if (one.isFound && other.isFound) return one.theta.length === other.theta.length;
  return String([one.isFound, one.theta, one.omega]) === String([other.isFound, other.theta, other.omega]);
}

/** Longest state of BLT noise, bytes. */
const longestState = 2 ** 30;

/** Throws `config.invalid` where the buffers of a model of so many values are larger than a coordinator keeps. */
export function requireRoom({ theta }: TaskBlt, values: number): void {
  const bytes = 8 * theta.length * values;
  if (bytes > longestState)
    throw new MurmurationError(
      'config.invalid',
      `The task: ${theta.length} buffers of BLT noise for ${values} values take ${Math.ceil(bytes / 2 ** 20)} MiB, more than ${longestState / 2 ** 20}; take fewer buffers, or privacy.noise "correlated", which keeps seeds only.`,
    );
}
