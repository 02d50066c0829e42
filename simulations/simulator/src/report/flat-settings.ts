import type { PlainData } from '../run-events/run-event.ts';

/** Flattens settings to text by path, such as `plan.learningRate`; includes empty lists and objects. */
export function flatSettings(settings: { readonly [name: string]: PlainData }): Map<string, string> {
  const flat = new Map<string, string>();
  const visit = (value: PlainData, path: string) => {
    if (isSection(value)) for (const [name, part] of Object.entries(value)) visit(part, `${path}.${name}`);
    else flat.set(path, settingText(value));
  };
  for (const [name, part] of Object.entries(settings)) visit(part, name);
  return flat;
}

function isSection(value: PlainData): value is { readonly [name: string]: PlainData } {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

function settingText(value: PlainData): string {
  if (typeof value === 'string') return value;
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none';
  if (Array.isArray(value) && value.every(part => typeof part !== 'object' || part === null))
    return value.map(part => settingText(part)).join(', ');
  return JSON.stringify(value);
}
