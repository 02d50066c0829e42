import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { Display } from '../demonstration/display.ts';
import type { PhoneProblem } from './worker.ts';

/** Error codes which mean that the phone had begun a part in the round before. */
const begun: readonly (ErrorCode | null)[] = ['round.begun', 'round.repeated'];

/**
 * Displays a problem of a phone. Phones that were ended in the middle of a round all leave that round when
 * they are back: one line says so for all.
 */
export function sayProblem(
  display: Pick<Display, 'say' | 'sayOnce'>,
  { phone, message, code }: PhoneProblem,
): void {
  if (begun.includes(code))
    display.sayOnce(
      'Phones that were ended in the middle of a round leave it, and take part in the next one.',
    );
  else display.say(`Phone ${phone}: ${message}`);
}
