import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { moment, quantity } from '@murmuration/monitoring/kit/quantities';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { didYouMean } from '@murmuration/protocol/errors/nearest';
import { readRun } from '../../run-events/event-log.ts';
import type { Run } from '../../run-events/run.ts';
import type { Findings } from '../../study/study.ts';
import { descriptionOf, heldOutCurve, heldOutMetrics } from '../curves.ts';
import { reportFiles } from '../recorder.ts';

/** Returns the runs in a folder by their own folders, the newest first; leaves out what is no run. */
async function keptRuns(into: string): Promise<[folder: string, run: Run][]> {
  const runs: [string, Run][] = [];
  for (const name of await readdir(into).catch(() => [])) {
    const run = await readRun(join(into, name, reportFiles.events)).catch(() => null);
    if (run) runs.push([name, run]);
  }
  return runs.sort(([, one], [, other]) => other.begun.startedAt - one.begun.startedAt);
}

/**
 * Returns the runs with a name, or without any the run of a folder or of its events.
 * @throws `report.malformed` for a path that is no run, and `config.invalid` for a name that none has
 */
export async function runsNamed(name: string, into: string): Promise<Run[]> {
  const kept = await keptRuns(into);
  const found = kept.filter(([folder, { begun }]) => [folder, begun.label].includes(name));
  if (found.length > 0) return found.map(([, run]) => run);
  const entry = await stat(name).catch(() => null);
  if (entry) return [await readRun(entry.isDirectory() ? join(name, reportFiles.events) : name)];
  const names = kept.flatMap(([folder, { begun }]) => begun.label ?? folder);
  throw new MurmurationError(
    'config.invalid',
    `${into} has no run of the name "${name}", and there is no such path.${didYouMean(name, names)} --list shows all.`,
  );
}

/** Lists the runs in a folder in whose name, scenario, notes or folder all of the texts occur. */
export async function listRuns(texts: readonly string[], into: string): Promise<Findings> {
  const runs = (await keptRuns(into)).filter(([folder, { begun }]) => {
    const all = [folder, begun.label, begun.scenario, begun.notes].join('\n').toLowerCase();
    return texts.every(text => all.includes(text.toLowerCase()));
  });
  const rows = runs.map(([folder, run]) => {
    const { begun, rounds, ended } = run;
    const [metric = ''] = heldOutMetrics(run);
    const last = heldOutCurve(rounds, metric).value.at(-1);
    const came = last === undefined ? '–' : `${metric} ${quantity(last, descriptionOf(run, metric).unit)}`;
    const outcome = ended?.outcome ?? 'not ended';
    const { label = '–', scenario, seed, startedAt } = begun;
    return [label, scenario, `${seed}`, moment(startedAt), `${rounds.length}`, came, outcome, folder];
  });
  const head = ['name', 'scenario', 'seed', 'begun', 'rounds', 'came to', 'ended', 'folder'];
  const figures = rows.map(row => Object.fromEntries(row.map((cell, i) => [head[i]!, cell])));
  return {
    table: rows.length > 0 ? [head, ...rows] : [[`${into} has no such run.`]],
    figures: { runs: figures },
  };
}
