import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Findings } from '../../study/study.ts';
import { comparisonPage } from './comparison-page.ts';
import { comparisonTable } from './comparison-table.ts';
import { finalFigures } from './final-figures.ts';
import { groupsOf } from './groups.ts';
import { runsNamed } from './kept-runs.ts';

/**
 * Compares runs, each given by its name in the folder `into`, its own folder or its events, and writes the
 * page to `page`.
 * @throws as `runsNamed`, and `config.invalid` for fewer than two runs and for two results of one seed
 */
export async function compareRuns(names: readonly string[], page: string, into = 'runs'): Promise<Findings> {
  const runs = (await Promise.all(names.map(name => runsNamed(name, into)))).flat();
  if (runs.length < 2)
    throw new MurmurationError(
      'config.invalid',
      'Give two runs or more, by name or folder; --list shows them.',
    );
  const groups = groupsOf(runs);
  await mkdir(dirname(page), { recursive: true });
  await writeFile(page, comparisonPage(groups));
  const figures = finalFigures(groups);
  return {
    table: comparisonTable(groups),
    figures: {
      groups: groups.map(({ letter, name, runs, settings }, i) => ({
        letter,
        name,
        seeds: runs.map(({ begun }) => begun.seed),
        settings: Object.fromEntries(settings),
        figures: Object.fromEntries(figures.map(({ name, groups }) => [name, groups[i]])),
      })),
    },
  };
}
