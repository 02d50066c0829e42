// npm run simulate -- NAME [--json] [--seed N]: runs one scenario of the virtual federation and tells what it found.
import { inspect } from 'node:util';
import { MurmurationError } from '@murmuration/protocol/errors';
import { Command } from 'commander';
import { whole } from './options.ts';
import { compareCommand } from './report/comparison/command.ts';
import type { Findings, ScenarioOptions } from './scenario.ts';

interface Scenario {
  readonly shows: string;
  load(): Promise<{ run(options: ScenarioOptions): Promise<Findings> }>;
}

const scenarios: Record<string, Scenario> = {
  'leak-audit': {
    shows: "what an attacker reads from one phone's update, plain and masked",
    load: () => import('./leak-audit/leak-audit.ts'),
  },
  keyboard: {
    shows:
      'n-grams, central and federated training, personal and hybrid models on one split of real messages',
    load: () => import('./next-word/keyboard.ts'),
  },
  hybrid: {
    shows: 'whether phones are better off with a model that is partly their own',
    load: () => import('./hybrid/hybrid.ts'),
  },
};

const program = new Command('npm run simulate --')
  .description('Runs one scenario of the virtual federation and tells what it found.')
  .option('--list', 'print the names of the scenarios, and what each shows')
  .on('option:list', list)
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2));

for (const [name, { shows, load }] of Object.entries(scenarios)) {
  program
    .command(name)
    .description(shows)
    .option('--json', 'print one JSON object as the last line', false)
    .option('--seed <number>', 'of everything that is drawn', whole(0, 1_000_000), 1)
    .allowExcessArguments(false)
    .action(async ({ json, seed }: { json: boolean; seed: number }) => {
      const { run } = await load();
      show(await run({ seed, log: line => process.stderr.write(`${line}\n`) }), { json });
    });
}
program.addCommand(compareCommand(show));

function show({ figures, table }: Findings, { json }: { json: boolean }): void {
  print(json ? JSON.stringify(figures) : aligned(table));
}

function list(): never {
  print(aligned(Object.entries(scenarios).map(([name, { shows }]) => [name, shows])));
  process.exit(0);
}

/** Cells of one column below one another. */
function aligned(table: Findings['table']): string {
  const widths: number[] = [];
  for (const row of table)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return table
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof MurmurationError ? error.detail : inspect(error)}\n`);
  process.exitCode = 1;
});
