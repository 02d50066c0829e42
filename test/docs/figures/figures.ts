import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';

/** Where results are kept. */
export const folder = new URL('../../../docs/benchmarks/', import.meta.url);

/** A result as it is kept. */
export const resultSchema = z.strictObject({
  group: z.enum(['Speed and size', 'What is learned', 'What holds']),
  command: z.string().startsWith('npm '),
  /** The commit that was run. */
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  date: z.iso.date(),
  machine: z.string().min(1),
  /** Processes that ran or waited to run when it began, beside its own; mean of a minute. Null where nobody looked. */
  load: z.number().min(0).nullable(),
  node: z.string().min(1),
  /** Sentences of what was measured, and their figures, in which `{path}` stands for what the command printed. */
  rows: z.array(
    z.strictObject({
      what: z.string(),
      figure: z.string().refine(isTemplate, 'expected a figure without a digit of its own: {path}'),
      headline: z.literal(true).optional(),
    }),
  ),
  /** The JSON object that the command printed. */
  printed: z.record(z.string(), z.unknown()),
});
export type Result = z.infer<typeof resultSchema>;
export type Run = Pick<Result, 'commit' | 'date' | 'machine' | 'load' | 'node' | 'printed'>;

/** `{path}` in a text, with how it is written: `:2` with two decimals, `:+1` with a sign and one, `:%` as a share of a hundred. */
const place = /\{([^{}:]+)(?::(\+?)(\d?)(%?))?\}/g;

function isTemplate(figure: string): boolean {
  return figure.search(place) >= 0 && !/\d/.test(figure.replaceAll(place, ''));
}

/** All results that are kept, by name. */
export function readResults(): Map<string, Result> {
  const files = readdirSync(folder).filter(file => file.endsWith('.json'));
  return new Map(
    files
      .toSorted()
      .map(file => [
        file.replace('.json', ''),
        resultSchema.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))),
      ]),
  );
}

/** The JSON object in the last line of what a command printed. Throws where there is none. */
export function printedIn(output: string): Record<string, unknown> {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  const value: unknown = JSON.parse(last);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('The last line is no JSON object.');
  return value as Record<string, unknown>;
}

function flat(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
}

function written(value: unknown, sign = '', decimals = '', percent = ''): string {
  if (typeof value !== 'number') return String(value);
  return (percent ? 100 * value : value).toLocaleString('en-US', {
    signDisplay: sign ? 'always' : 'auto',
    ...(decimals
      ? { minimumFractionDigits: Number(decimals), maximumFractionDigits: Number(decimals) }
      : { maximumSignificantDigits: 4 }),
  });
}

/** A text with what was printed in the place of each `{path}`. Throws where nothing is called so. */
function filled(text: string, { printed }: Pick<Result, 'printed'>): string {
  const values = new Map(flat(printed, ''));
  return text.replaceAll(place, (_, path: string, ...format: string[]) => {
    if (!values.has(path)) throw new Error(`Nothing printed is called ${path}.`);
    return written(values.get(path), ...format.slice(0, 3));
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
      const rows = result.rows.map(({ what, figure }) => row(filled(what, result), filled(figure, result)));
      const printed = flat(result.printed, '').map(([path, value]) => row(`\`${path}\``, written(value)));
      return [
        `### \`${result.command}\``,
        '',
        `${result.date}, ${result.commit.slice(0, 8)}, Node ${result.node},\n${result.machine}${result.load === null ? '' : `, load ${result.load}`}.`,
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

Each figure is what a command printed, with its commit, its machine, how much else ran there and the
date. Run the command to measure on yours. \`npm run figures -- NAME …\` runs commands, keeps what
they printed in \`docs/benchmarks\`, and writes it wherever it is quoted; \`-- --all\` runs them all.

<!-- Made by \`npm run figures\`. -->

${sections.join('\n')}`;
}

const headlines = /(<!-- figures -->\n)(?:.*\n)*?(<!-- \/figures -->)/;
const quotation = /(<!-- figure ([\w-]+):\s([\s\S]*?)\s-->)[\s\S]*?(<!-- \/figure -->)/g;

/**
 * A document with the figures that it quotes: `<!-- figure NAME: {path} ms -->5 ms<!-- /figure -->` of the result called NAME, and the table of
 * headlines. Throws where a quotation names what is not kept.
 */
export function withFigures(text: string, results: ReadonlyMap<string, Result>): string {
  const rows = [...results.values()].flatMap(result =>
    result.rows
      .filter(({ headline }) => headline)
      .map(({ what, figure }) => row(filled(what, result), filled(figure, result))),
  );
  const table = [row('What', 'Figure'), '|---|---|', ...rows].join('\n');
  return text
    .replace(headlines, (_, begin: string, end: string) => `${begin}${table}\n${end}`)
    .replaceAll(quotation, (_, begin: string, name: string, template: string, end: string) => {
      const result = results.get(name);
      if (!result) throw new Error(`There is no result called ${name}.`);
      return `${begin}${filled(template, result)}${end}`;
    });
}
