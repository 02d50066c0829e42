import type { Run } from '../../run-events/run.ts';
import { flatSettings } from '../flat-settings.ts';

/** Runs that differ in their seed alone, and so are one row of a comparison. */
export interface Group {
  /** Such as `A`: what tables call it. */
  readonly letter: string;
  /** What tells it from the others. */
  readonly name: string;
  readonly runs: readonly [Run, ...Run[]];
  /** Settings by their path, without the seed. */
  readonly settings: ReadonlyMap<string, string>;
}

/** A setting that is not the same in all groups. */
export interface DifferingSetting {
  readonly path: string;
  /** One a group; null where it has no such setting. */
  readonly values: readonly (string | null)[];
}

/** Puts runs together that differ in their seed alone, in the order in which they were given. */
export function groupsOf(runs: readonly Run[]): Group[] {
  const bySettings = new Map<string, { runs: [Run, ...Run[]]; settings: Map<string, string> }>();
  for (const run of runs) {
    const settings = settingsOf(run);
    const key = JSON.stringify([...settings].sort());
    const group = bySettings.get(key);
    if (group) group.runs.push(run);
    else bySettings.set(key, { runs: [run], settings });
  }
  const groups = [...bySettings.values()].map((group, index) => ({
    ...group,
    letter: letterOf(index),
    name: '',
  }));
  const differing = differingSettings(groups);
  return groups.map((group, index) => ({
    ...group,
    name: nameOf(
      group,
      differing.map(({ path, values }) => [path, values[index] ?? null] as const),
    ),
  }));
}

/** The settings that are not the same in all groups. */
export function differingSettings(groups: readonly Pick<Group, 'settings'>[]): DifferingSetting[] {
  const paths = new Set(groups.flatMap(({ settings }) => [...settings.keys()]));
  return [...paths]
    .map(path => ({ path, values: groups.map(({ settings }) => settings.get(path) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1);
}

function settingsOf({ begun }: Run): Map<string, string> {
  const settings = flatSettings(begun.settings);
  for (const path of settings.keys()) if (/(^|\.)seed$/.test(path)) settings.delete(path);
  return new Map([['scenario', begun.scenario], ['transport', begun.transport], ...settings]);
}

/** The two settings that tell it best: the scenario first, then those in their order. */
function nameOf(
  { runs: [first] }: Pick<Group, 'runs'>,
  differing: readonly (readonly [string, string | null])[],
): string {
  const told = differing
    .slice(0, 2)
    .map(([path, value]) => (path === 'scenario' ? value : `${path.split('.').at(-1)} ${value ?? 'unset'}`));
  return told.length > 0 ? told.join(', ') : first.begun.scenario;
}

function letterOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`;
}
