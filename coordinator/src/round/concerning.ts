import type { RoundId } from '@murmuration/protocol/ids';

const rounds = new WeakMap<object, RoundId>();

/** Notes that an error concerns a round, so that whoever reports it can name that; the error stays as it is. */
export function concerns(error: unknown, round: RoundId): void {
  if (typeof error === 'object' && error !== null) rounds.set(error, round);
}

/** The round that an error concerns, where one was noted. */
export function roundOf(error: unknown): RoundId | undefined {
  return typeof error === 'object' && error !== null ? rounds.get(error) : undefined;
}
