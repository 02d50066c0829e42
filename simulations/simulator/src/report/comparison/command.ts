import { Command } from 'commander';
import type { Findings } from '../../study/study.ts';

type Typed = Readonly<Record<'page' | 'in', string> & Record<'list' | 'json', boolean>>;

/**
 * Defines `simulate compare RUN RUN…`, which compares or lists recorded runs; `show` prints the findings as
 * JSON or a table.
 */
export function compareCommand(show: (findings: Findings, options: { json: boolean }) => void): Command {
  return new Command('compare')
    .description(
      'lays recorded runs side by side, on a page and in a table; runs of several seeds are averaged',
    )
    .argument(
      '[runs...]',
      'names of runs, their folders, or their events.jsonl; with --list, texts to search for',
    )
    .option('--list', 'list the runs in whose name, scenario, notes or folder the texts occur', false)
    .option('--in <folder>', 'where runs of a name are', 'runs')
    .option('--page <file>', 'where the page goes', 'runs/comparison.html')
    .option('--json', 'print one JSON object as the last line', false)
    .action(async (runs: string[], { page, list, in: into, json }: Typed) => {
      const { listRuns } = await import('./kept-runs.ts');
      if (list) return show(await listRuns(runs, into), { json });
      const { compareRuns } = await import('./compare.ts');
      const findings = await compareRuns(runs, page, into);
      process.stderr.write(`The page of the comparison is ${page}.\n`);
      show(findings, { json });
    });
}
