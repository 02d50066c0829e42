import { appendFileSync, readFileSync } from 'node:fs';
import type { DatedMail } from '@murmuration/simulations/data/dated-mail';
import { bucketsOf } from './buckets.ts';

/** Labelled mail, as input of the filter. */
export interface LabelledMail {
  readonly buckets: readonly number[];
  readonly isSpam: boolean;
}

/** Milliseconds until people label a mail. */
const slowness = 86_400_000;

/** Returns how many of the first mails are labelled by a time, ms since 1970. */
export function countLabelled(mails: readonly DatedMail[], now: number): number {
  const next = mails.findIndex(({ at }) => at > now - slowness);
  return next < 0 ? mails.length : next;
}

/** Returns the input of the filter for a mail. */
export function labelled({ text, isSpam }: DatedMail): LabelledMail {
  return { buckets: bucketsOf(text), isSpam };
}

/** One mail in `heldOutOf` is held out. */
const heldOutOf = 5;

/** Appends labelled mails to a file, one per line. */
export function addLabels(file: string, mails: readonly LabelledMail[]): void {
  if (mails.length > 0) appendFileSync(file, mails.map(mail => `${JSON.stringify(mail)}\n`).join(''));
}

/** Returns mails to train on and held-out ones, in the order of labelling. */
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
