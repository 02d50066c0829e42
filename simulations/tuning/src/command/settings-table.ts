import { flatSettings } from '@murmuration/simulations/report/flat-settings';
import type { PlainData } from '@murmuration/simulations/run-events/run-event';
import { completeSettings } from '@murmuration/simulations/scenario/complete-settings';
import type { GivenSettings } from '@murmuration/simulations/scenario/define-scenario';
import { allowedSettings } from '@murmuration/simulations/scenario/setting-paths';
import type * as z from 'zod';

const mostLetters = 60;

/** Every setting of a scenario that `--set` reaches, one a row: its path, what it is by default, and what it may be. */
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

/** Such as a list of objects, by its first letters. */
function short(text: string): string {
  return text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text;
}
