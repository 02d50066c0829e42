import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Run } from '../../run-events/run.ts';
import { flatSettings } from '../flat-settings.ts';

/** Runs that differ only in their seed, and so share a row of a comparison. */
export interface Group {
  /** Letter in tables, such as `A`. */
  readonly letter: string;
  /** Name that distinguishes it from other groups. */
  readonly name: string;
  readonly runs: readonly [Run, ...Run[]];
  /** Settings by path, without the seed. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Setting that differs between groups. */
export interface DifferingSetting {
  readonly path: string;
  /** One entry per group; null if it has no such setting. */
  readonly values: readonly (string | null)[];
}

/**
 * Groups runs that differ only in their seed, in the given order.
 * @throws `config.invalid` for two runs of a group with the same seed and different models, because one of
 * them contradicts its settings
 */
export function groupsOf(runs: readonly Run[]): Group[] {
  const bySettings = new Map<string, { runs: [Run, ...Run[]]; settings: Map<string, string> }>();
  for (const run of runs) {
    const settings = settingsOf(run);
    const key = JSON.stringify([run.begun.label ?? '', ...[...settings].sort()]);
    const group = bySettings.get(key);
    if (group) group.runs.push(run);
    else bySettings.set(key, { runs: [run], settings });
  }
  for (const { runs } of bySettings.values()) refuseTwoResults(runs);
  const groups = [...bySettings.values()].map((group, index) => ({
    ...group,
    letter: letterOf(index),
    name: '',
  }));
  const differing = differingSettings(groups);
  return groups.map((group, index) => {
    const { label } = group.runs[0].begun;
    const settings = settingsName(
      group,
      differing.map(({ path, values }) => [path, values[index] ?? null] as const),
    );
    const isTaken = groups.some(other => other !== group && other.runs[0].begun.label === label);
    return { ...group, name: label ? (isTaken ? `${label}, ${settings}` : label) : settings };
  });
}

/** Returns the settings that differ between groups. */
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

/**
 * Throws for two runs of one seed that began with different models, or that finished with different ones on
 * virtual time.
 */
function refuseTwoResults(runs: readonly Run[]): void {
  for (const [place, { begun, ended }] of runs.entries()) {
    const same = runs.slice(0, place).find(other => other.begun.seed === begun.seed);
    if (!same) continue;
    const areDifferent = (one: string | null | undefined, other: string | null | undefined) =>
      typeof one === 'string' && typeof other === 'string' && one !== other;
    const what = `Two runs of ${begun.scenario} have the same settings and the same seed, ${begun.seed}, but`;
    if (areDifferent(begun.firstModelSha256, same.begun.firstModelSha256))
      throw new MurmurationError(
        'config.invalid',
        `${what} began with different models (SHA-256 ${same.begun.firstModelSha256!.slice(0, 16)} and ${begun.firstModelSha256!.slice(0, 16)}): no mean of them is that of a setting. Have the scenario's "model" depend on its settings only, and leave one of them out.`,
      );
    if (
      begun.transport === 'loopback' &&
      [ended, same.ended].every(each => each?.outcome === 'finished') &&
      areDifferent(ended!.weightsSha256, same.ended!.weightsSha256)
    )
      throw new MurmurationError(
        'config.invalid',
        `${what} came to different models (SHA-256 ${same.ended!.weightsSha256!.slice(0, 16)} and ${ended!.weightsSha256!.slice(0, 16)}), as with other code or data. Leave one of them out, or give the runs names (--name), which keep them apart.`,
      );
  }
}

/** Names a group by the first two differing settings; the scenario comes first. */
function settingsName(
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
