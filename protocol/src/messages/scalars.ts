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

/** Schema of `pattern` with a branded output; the brand exists only for the compiler. */
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

/** Schema of exactly `length` bytes. */
export const bytes = (length: number) =>
  z.custom<Uint8Array>(
    value => value instanceof Uint8Array && value.length === length,
    `expected ${length} bytes`,
  );

/** Schema of at most `length` bytes. */
export const bytesUpTo = (length: number) =>
  z.custom<Uint8Array>(
    value => value instanceof Uint8Array && value.length <= length,
    `expected at most ${length} bytes`,
  );

/** Schema of an integer from `least` to `most`. */
export const whole = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));

/** Schema of a finite number above zero, up to `most`. */
export const positive = (most: number) => z.number().check(z.gt(0), z.lte(most));

/** Milliseconds since 1970, up to the year 9999. */
export const time = whole(0, 253_402_300_799_999);

/** Milliseconds, up to a year. */
export const duration = whole(0, 366 * 86_400_000);

/** True if stores and logs can take the text: without NUL and lone surrogates. */
const isText = (value: string) => !/\p{Surrogate}/u.test(value) && !value.includes('\0');

/** Schema of text of at most `most` characters. */
export const text = (most: number) =>
  z.string().check(z.maxLength(most), z.refine(isText, 'must have neither NUL nor halves of characters'));
