import { describe, expect, it } from 'vitest';
import { readDocuments } from '../../docs/documents.ts';

const widest = 100;
/** What no line can break in: spans of code, links, and one long word. */
const unbroken = /`[^`]+`|\[[^\]]+\]\([^)]+\)|\S+/g;

/** The lines of prose that are wider than 100 characters though they could break: without code, tables and headings. */
function wide(text: string): string[] {
  let isCode = false;
  return text.split('\n').filter(line => {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
    if (isCode || /^\s*(\||#|<|!\[|---)/.test(line) || /^ {4}/.test(line)) return false;
    const longest = Math.max(...(line.match(unbroken) ?? ['']).map(part => part.length));
    return line.length > widest && longest < widest / 2;
  });
}

describe('prose', () => {
  it('is found where it is too wide', () => {
    const line = 'word '.repeat(21);
    expect(wide(`${line}\n\n- ${line}\n\n| ${line} |\n\n\`\`\`\n${line}\n\`\`\`\n`)).toHaveLength(2);
  });

  // The front page holds itself to a width of its own, and pages of reference are made from code.
  const written = [...readDocuments()].filter(
    ([path]) => path !== 'README.md' && !path.startsWith('docs/reference/'),
  );
  it.each(written)('wraps at 100 characters in %s', (_, text) => {
    expect(wide(text)).toEqual([]);
  });
});
