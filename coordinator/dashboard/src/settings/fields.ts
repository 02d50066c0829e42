import type { Settings } from '@murmuration/api/settings';
import { plainDuration } from '../format/format.ts';

/** Kind of a setting's field. */
export type FieldKind =
  | { readonly kind: 'integer' | 'number' | 'duration' | 'list' | 'text' }
  | { readonly kind: 'choice'; readonly of: readonly string[] };

type Section = keyof Settings;

/**
 * Settings that can be changed, by section. If `masking.threat` is `off`, the other settings of masking have
 * no effect.
 */
export const fields = {
  cohort: {
    goal: { kind: 'integer' },
    minimum: { kind: 'integer' },
    overSelection: { kind: 'number' },
    concurrency: { kind: 'integer' },
    maxStaleness: { kind: 'integer' },
  },
  schedule: { every: { kind: 'duration' } },
  deadlines: {
    gathering: { kind: 'duration' },
    messages: { kind: 'duration' },
    updates: { kind: 'duration' },
    grace: { kind: 'duration' },
  },
  eligibility: {
    minExamples: { kind: 'integer' },
    needs: { kind: 'list' },
    minSdk: { kind: 'text' },
  },
  plan: {
    epochs: { kind: 'integer' },
    batchSize: { kind: 'integer' },
    learningRate: { kind: 'number' },
    proximal: { kind: 'number' },
    maxExamples: { kind: 'integer' },
  },
  update: {
    clip: { kind: 'number' },
    bits: { kind: 'integer' },
    weighting: { kind: 'choice', of: ['examples', 'uniform'] },
    weightCap: { kind: 'integer' },
  },
  masking: {
    threat: { kind: 'choice', of: ['off', 'honest-but-curious', 'semi-malicious', 'malicious'] },
    corrupt: { kind: 'number' },
    dropping: { kind: 'number' },
    graph: { kind: 'choice', of: ['sparse', 'complete'] },
    groups: { kind: 'integer' },
    smallestGroup: { kind: 'integer' },
  },
} as const satisfies Partial<Record<Section, Readonly<Record<string, FieldKind>>>>;

export type SectionName = keyof typeof fields;

/** Texts of a form by path, such as `cohort.goal`; entries of lists are divided by commas. */
export type FormTexts = Readonly<Record<string, string>>;

/** Converts settings to texts of a form, without the cohort's fields of the other mode. */
export function textsOf(settings: Settings): FormTexts {
  const texts: Record<string, string> = {};
  for (const [section, kinds] of Object.entries(fields))
    for (const [field, { kind }] of Object.entries(kinds)) {
      const value = valueAt(settings, section as SectionName, field);
      if (section === 'cohort' && value === undefined) continue;
      texts[`${section}.${field}`] =
        kind === 'duration'
          ? plainDuration(Number(value))
          : Array.isArray(value)
            ? value.join(', ')
            : String(value ?? '');
    }
  return texts;
}

function valueAt(settings: Settings, section: SectionName, field: string): unknown {
  const part = settings[section];
  if (part === 'off') return field === 'threat' ? 'off' : '';
  return (part as Readonly<Record<string, unknown>>)[field];
}

/**
 * Problem of a text that can't be a value of its kind; null if it may be one. The coordinator checks it
 * again.
 */
export function problemOf(
  kind: FieldKind['kind'],
  text: string,
): 'integer' | 'number' | 'duration' | 'missing' | null {
  if (kind === 'list' || kind === 'choice') return null;
  const value = text.trim();
  if (value === '') return 'missing';
  if (kind === 'integer') return /^\d+$/.test(value) ? null : 'integer';
  if (kind === 'number') return Number.isFinite(Number(value)) ? null : 'number';
  if (kind === 'duration') return /^\d+(\.\d+)?\s*(ms|s|min|h|d)$/.test(value) ? null : 'duration';
  return null;
}

/** Differences between two forms in the coordinator's format: sections with their changed fields. */
export function changesOf(before: FormTexts, after: FormTexts): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const [section, kinds] of Object.entries(fields)) {
    const changed = Object.entries<FieldKind>(kinds).flatMap(([field, { kind }]) => {
      const text = after[`${section}.${field}`];
      return text === undefined || text === before[`${section}.${field}`] ? [] : [{ field, kind, text }];
    });
    if (changed.length === 0) continue;
    if (section === 'masking' && after['masking.threat'] === 'off') {
      changes[section] = 'off';
      continue;
    }
    changes[section] = Object.fromEntries(changed.map(({ field, kind, text }) => [field, parse(kind, text)]));
  }
  return changes;
}

/** Parses a field; anything but a number stays text, which the coordinator reports as wrong. */
function parse(kind: FieldKind['kind'], text: string): unknown {
  if (kind === 'list') return text.split(/[\s,]+/).filter(Boolean);
  if (kind === 'integer' || kind === 'number')
    return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
  return text.trim();
}
