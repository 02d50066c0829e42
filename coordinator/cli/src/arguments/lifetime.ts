import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { duration } from '@murmuration/protocol/time/duration';

/** Option of a command that creates something with a lifetime. */
export const expires = [
  '-e, --expires <time>',
  'when it expires, for example "12 h" or "90 d" from now; without it, it stays valid until it is revoked',
] as const;

/**
 * Returns the expiry time of something created now with this lifetime, in ms since 1970; null if it has no
 * end. Throws `config.invalid`.
 */
export function expiry(lasts: string | undefined, now: number): number | null {
  if (lasts === undefined) return null;
  const parsed = duration.safeParse(lasts);
  if (!parsed.success || parsed.data === 0)
    throw new MurmurationError(
      'config.invalid',
      `--expires: expected a time such as "12 h" or "90 d", up to a year; found "${lasts}".`,
    );
  return now + parsed.data;
}
