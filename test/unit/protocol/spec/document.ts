import { readFileSync } from 'node:fs';

/** The text of SPEC.md. */
export const spec = readFileSync(new URL('../../../../protocol/SPEC.md', import.meta.url), 'utf8');

/** The rows of the tables under a heading, cell by cell and without the lines of their heads. */
export function rowsUnder(heading: string): string[][] {
  const section = spec.split(/^#{2,3} /m).find(text => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`SPEC.md has no section "${heading}".`);
  const lines = section.split('\n');
  return lines
    .filter((line, index) => line.startsWith('| ') && !isHead(lines, index))
    .map(line =>
      line
        .slice(1, -1)
        .split('|')
        .map(cell => cell.trim()),
    );
}

const isRule = (line: string | undefined): boolean => /^\|(?: --- \|)+$/.test(line ?? '');
const isHead = (lines: readonly string[], index: number): boolean =>
  isRule(lines[index]) || isRule(lines[index + 1]);
