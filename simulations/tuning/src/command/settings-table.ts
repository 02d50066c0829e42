import { flatSettings } from '@murmuration/simulations/report/flat-settings';
import type { PlainData } from '@murmuration/simulations/run-events/run-event';
import { completeSettings } from '@murmuration/simulations/scenario/complete-settings';
import type { GivenSettings } from '@murmuration/simulations/scenario/define-scenario';
import { allowedSettings } from '@murmuration/simulations/scenario/setting-paths';
import type * as z from 'zod';

const maxCellLetters = 60;

/** Returns a row for each setting of a scenario that `--set` can change: path, default, allowed values. */
export function settingsTable(scenario: {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly defaults: GivenSettings;
}): string[][] {
  const complete = completeSettings(scenario);
  const defaults = flatSettings(
    JSON.parse(JSON.stringify(complete)) as { readonly [name: string]: PlainData },
  );
  const allowed = allowedSettings(scenario.schema);
  return [
    ['Setting', 'Default', 'May be'],
    ...Array.from(allowed, ([path, words]) => [path, short(defaults.get(path) ?? 'none'), words]),
  ];
}

/** Shortens a long value, such as a list of objects. */
function short(text: string): string {
  return text.length > maxCellLetters ? `${text.slice(0, maxCellLetters)}…` : text;
}
