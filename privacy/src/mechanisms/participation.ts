import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Bounds on a device's participation in a training of `rounds` rounds. */
export interface Participation {
  /** n: rounds that are released, 1 or more. */
  readonly rounds: number;
  /**
   * b: minimum rounds from one participation of a device to its next, as jax_privacy counts: 1 is every
   * round, 2 leaves one round out. Papers that count the rounds between call the same pattern b − 1.
   */
  readonly separation: number;
  /** k: maximum participations of a device; as many as the separation allows by default. */
  readonly participations?: number | undefined;
}

/** Participations that n rounds have room for at the separation b: ⌈n/b⌉. */
const mostParticipations = (rounds: number, separation: number): number => Math.ceil(rounds / separation);

/**
 * Checks n, b and k.
 * @throws MurmurationError `config.invalid` if k participations at the separation b don't fit into n rounds,
 * with the numbers that would.
 */
export function checkedParticipation({ rounds, separation, participations }: Participation): {
  readonly n: number;
  readonly b: number;
  readonly k: number;
} {
  requireCount('rounds', rounds);
  requireCount('separation', separation);
  const most = mostParticipations(rounds, separation);
  const k = participations ?? most;
  requireCount('participations', k);
  if (k > most)
    throw new MurmurationError(
      'config.invalid',
      `${k} participations ${separation} rounds apart need ${(k - 1) * separation + 1} rounds; there are ${rounds}. ` +
        `At most ${most} participations fit, or a separation of ${Math.floor((rounds - 1) / (k - 1))}.`,
    );
  return { n: rounds, b: separation, k };
}

function requireCount(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1))
    throw new MurmurationError('config.invalid', `${name} is a whole number from 1 on; found ${value}.`);
}
