import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { duration } from '@murmuration/protocol/time/duration';

/** When what is made now and lasts so long expires, ms since 1970; null where no end is set. Throws `config.invalid`. */
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
