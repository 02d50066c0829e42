import type * as z from 'zod';
import { flatSettings } from '../report/flat-settings.ts';
import type { PlainData } from '../run-events/run-event.ts';
import { completeSettings } from '../scenario/complete-settings.ts';
import type { GivenSettings } from '../scenario/define-scenario.ts';
import { allowedSettings } from '../scenario/setting-paths.ts';

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
