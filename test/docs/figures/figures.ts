import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';

/** Where results are kept. */
export const folder = new URL('../../../docs/benchmarks/', import.meta.url);

const schema = z.strictObject({
  group: z.enum(['Speed and size', 'What is learned', 'What holds']),
  command: z.string().startsWith('npm '),
  date: z.iso.date(),
  machine: z.string().min(1),
  node: z.string().min(1),
  /** Sentences of what was measured; `{path}` stands for a figure that the command printed. */
  rows: z.array(
    z.strictObject({ what: z.string(), figure: z.string(), headline: z.literal(true).optional() }),
  ),
  /** The JSON object that the command printed; null where it was not kept. */
  printed: z.record(z.string(), z.unknown()).nullable(),
});
export type Result = z.infer<typeof schema>;

/** All results that are kept, by name. */
export function readResults(): Map<string, Result> {
  const files = readdirSync(folder).filter(file => file.endsWith('.json'));
  return new Map(
    files
      .toSorted()
      .map(file => [
        file.replace('.json', ''),
        schema.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))),
      ]),
  );
}

/** What a command printed now takes the place of what is kept: sentences that quote no printed figure are not true of it. */
export function renewed(
  kept: Result,
  printed: Record<string, unknown>,
  on: Pick<Result, 'date' | 'machine' | 'node'>,
): Result {
  return { ...kept, ...on, rows: kept.rows.filter(({ figure }) => figure.includes('{')), printed };
}

/** The JSON object in the last line of what a command printed. Throws where there is none. */
export function printedIn(output: string): Record<string, unknown> {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  const value: unknown = JSON.parse(last);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('The last line is no JSON object.');
  return value as Record<string, unknown>;
}

function flat(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null)
    return [
      [
        path,
        typeof value === 'number'
          ? value.toLocaleString('en-US', { maximumSignificantDigits: 4 })
          : String(value),
      ],
    ];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
}

/** The figure of a row, with what was printed in the place of `{path}`. */
function figureOf({ printed }: Result, figure: string): string {
  const values = new Map(flat(printed ?? {}, ''));
  return figure.replaceAll(/\{([^}]+)\}/g, (_, path: string) => {
    const value = values.get(path);
    if (value === undefined) throw new Error(`Nothing printed is called ${path}.`);
    return value;
  });
}

const row = (...cells: string[]): string =>
  `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** The page of figures. */
export function benchmarksPage(results: ReadonlyMap<string, Result>): string {
  const groups = [...new Set([...results.values()].map(({ group }) => group))];
  const sections = groups.map(group => {
    const own = [...results.values()].filter(result => result.group === group);
    const tables = own.map(result => {
      const rows = result.rows.map(({ what, figure }) => row(what, figureOf(result, figure)));
      const printed = flat(result.printed ?? {}, '').map(([path, value]) => row(`\`${path}\``, value));
      return [
        `### \`${result.command}\``,
        '',
        `${result.date}, Node ${result.node}, ${result.machine}.`,
        '',
        row('what', 'figure'),
        '| --- | --- |',
        ...rows,
        ...printed,
        '',
      ].join('\n');
    });
    return `## ${group}\n\n${tables.join('\n')}`;
  });
  return `# Benchmarks

Each figure is what a command printed, with the machine and the date. Run the command to measure on
yours. \`npm run figures -- NAME.json …\` keeps what commands printed with \`--json\` in
\`docs/benchmarks\` and writes this page and the table of the README.

<!-- Made by \`npm run figures\`. -->

${sections.join('\n')}`;
}

/** The README with its headline figures between their marks. */
export function withHeadlines(readme: string, results: ReadonlyMap<string, Result>): string {
  const rows = [...results.values()].flatMap(result =>
    result.rows
      .filter(({ headline }) => headline)
      .map(({ what, figure }) => row(what, figureOf(result, figure))),
  );
  return readme.replace(
    /<!-- figures -->\n(?:.*\n)*?<!-- \/figures -->/,
    ['<!-- figures -->', row('What', 'Figure'), '|---|---|', ...rows, '<!-- /figures -->'].join('\n'),
  );
}
