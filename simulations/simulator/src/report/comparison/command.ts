import { Command } from 'commander';
import type { Findings } from '../../study/study.ts';

/**
 * Defines `simulate compare RUN RUN…`, which compares recorded runs; `show` prints the findings as JSON or a
 * table.
 */
export function compareCommand(show: (findings: Findings, options: { json: boolean }) => void): Command {
  return new Command('compare')
    .description(
      'lays recorded runs side by side, on a page and in a table; runs of several seeds are averaged',
    )
    .argument('<run>', 'the folder of a run, or its events.jsonl')
    .argument('<others...>', 'those to lay beside it')
    .option('--page <file>', 'where the page goes', 'runs/comparison.html')
    .option('--json', 'print one JSON object as the last line', false)
    .action(async (run: string, others: string[], { page, json }: { page: string; json: boolean }) => {
      const { compareRuns } = await import('./compare.ts');
      const findings = await compareRuns([run, ...others], page);
      process.stderr.write(`The page of the comparison is ${page}.\n`);
      show(findings, { json });
    });
}
