import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readRun } from '../../run-events/event-log.ts';
import type { Findings } from '../../study/study.ts';
import { reportFiles } from '../recorder.ts';
import { comparisonPage } from './comparison-page.ts';
import { comparisonTable } from './comparison-table.ts';
import { finalFigures } from './final-figures.ts';
import { groupsOf } from './groups.ts';

/**
 * Compares runs, each given by its folder or its events, and writes the page to `page`.
 * @throws `report.malformed` for a path that is no run, and `config.invalid` for two results of one seed
 */
export async function compareRuns(paths: readonly string[], page: string): Promise<Findings> {
  const runs = await Promise.all(paths.map(async path => readRun(await eventsOf(path))));
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

async function eventsOf(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    entry => entry.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, reportFiles.events) : path;
}
