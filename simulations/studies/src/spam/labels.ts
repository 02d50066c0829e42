import { appendFileSync, readFileSync } from 'node:fs';
import type { DatedMail } from '@murmuration/simulations/data/dated-mail';
import { bucketsOf } from './buckets.ts';

/** A mail of which it is known what it was, as far as a filter learns from it. */
export interface LabelledMail {
  readonly buckets: readonly number[];
  readonly isSpam: boolean;
}

/** How long people take to say what a mail was, ms. */
const slowness = 86_400_000;

/** How many of the first mails people have labelled by a time, ms since 1970. */
export function countLabelled(mails: readonly DatedMail[], now: number): number {
  const next = mails.findIndex(({ at }) => at > now - slowness);
  return next < 0 ? mails.length : next;
}

/** What a filter learns of a mail. */
export function labelled({ text, isSpam }: DatedMail): LabelledMail {
  return { buckets: bucketsOf(text), isSpam };
}

/** Each fifth mail is held out. */
const heldOutOf = 5;

/** Mails whose labels are known, in a file that grows: a line each. */
export function addLabels(file: string, mails: readonly LabelledMail[]): void {
  if (mails.length > 0) appendFileSync(file, mails.map(mail => `${JSON.stringify(mail)}\n`).join(''));
}

/** Those to train on, and those held out, in the order in which they became known. */
export function readLabels(file: string): {
  readonly train: readonly LabelledMail[];
  readonly heldOut: readonly LabelledMail[];
} {
  const mails = readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as LabelledMail);
  return {
    train: mails.filter((_, at) => at % heldOutOf !== heldOutOf - 1),
    heldOut: mails.filter((_, at) => at % heldOutOf === heldOutOf - 1),
  };
}
