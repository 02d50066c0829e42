import * as z from 'zod/mini';
import {
  type AssignmentId,
  type DeviceId,
  hashPattern,
  idPattern,
  looks,
  type ModelHash,
  type RoundId,
  type TaskName,
  taskNamePattern,
} from '../ids/ids.ts';

/** A schema of `pattern` whose output is branded; the brand exists for the compiler alone. */
function branded<Id extends string>(pattern: RegExp, looks: string) {
  return z.pipe(
    z.string().check(z.regex(pattern, `expected ${looks}`)),
    z.transform(text => text as Id),
  );
}

export const roundId = branded<RoundId>(idPattern, looks.id);
export const assignmentId = branded<AssignmentId>(idPattern, looks.id);
export const deviceId = branded<DeviceId>(idPattern, looks.id);
export const taskName = branded<TaskName>(taskNamePattern, looks.name);
export const modelHash = branded<ModelHash>(hashPattern, looks.hash);

/** Exactly `length` bytes. */
export const bytes = (length: number) =>
  z.custom<Uint8Array>(
    value => value instanceof Uint8Array && value.length === length,
    `expected ${length} bytes`,
  );

/** At most `length` bytes. */
export const bytesUpTo = (length: number) =>
  z.custom<Uint8Array>(
    value => value instanceof Uint8Array && value.length <= length,
    `expected at most ${length} bytes`,
  );

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));

/** A finite number above zero, up to `most`. */
export const positive = (most: number) => z.number().check(z.gt(0), z.lte(most));

/** Milliseconds since 1970, up to the year 9999. */
export const time = whole(0, 253_402_300_799_999);

/** Milliseconds, up to a year. */
export const duration = whole(0, 366 * 86_400_000);

/** What no store and no log has to take for text: NUL, and halves of characters. */
const isText = (value: string) => !/\p{Surrogate}/u.test(value) && !value.includes('\0');

/** Text of at most `most` characters. */
export const text = (most: number) =>
  z.string().check(z.maxLength(most), z.refine(isText, 'must have neither NUL nor halves of characters'));
