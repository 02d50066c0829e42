import { figureText, finalFigures } from './final-figures.ts';
import { differingSettings, type Group } from './groups.ts';

/** Renders the comparison of runs as rows of cells: names, differing settings, results. */
export function comparisonTable(groups: readonly Group[]): string[][] {
  return [
    ['', ...groups.map(({ letter }) => letter)],
    ...(groups.some(({ runs }) => runs[0].begun.label !== undefined)
      ? [['name', ...groups.map(({ runs }) => runs[0].begun.label ?? '–')]]
      : []),
    ['scenario', ...groups.map(({ runs }) => runs[0].begun.scenario)],
    ['seeds', ...groups.map(({ runs }) => runs.map(({ begun }) => begun.seed).join(', '))],
    ...settingRows(groups).filter(([path]) => path !== 'scenario'),
    ...figureRows(groups),
  ];
}

/** Returns the settings that differ, and their values in each group. */
export function settingRows(groups: readonly Group[]): string[][] {
  return differingSettings(groups).map(({ path, values }) => [path, ...values.map(value => value ?? '–')]);
}

/** Returns what the groups came to, a row for each figure. */
export function figureRows(groups: readonly Group[]): string[][] {
  return finalFigures(groups).map(({ name, unit, groups }) => [
    name,
    ...groups.map(each => figureText(each, unit)),
  ]);
}
