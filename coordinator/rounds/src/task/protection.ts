import { isOlder } from './sdk-version.ts';
import { settingsOf } from './settings.ts';
import type { Task } from './task.ts';

/** A setting that protects devices. */
interface Protection {
  /** Its path, such as `cohort.minimum`. */
  readonly field: string;
  /** Direction of weaker values: smaller or larger numbers, older versions, or later entries of a list. */
  readonly weaker: 'smaller' | 'larger' | 'older' | readonly string[];
  /** Effect of a weaker value, as the end of a sentence. */
  readonly means: string;
}

/**
 * All settings that protect devices. A value weaker than the one in the task's definition needs an admin, is
 * in the audit log with both values, and raises a critical alert until it is undone.
 */
export const protections: readonly Protection[] = [
  { field: 'masking', weaker: ['on', 'off'], means: 'the coordinator sees each update' },
  {
    field: 'masking.threat',
    weaker: ['malicious', 'semi-malicious', 'honest-but-curious'],
    means: 'masks withstand less of what a coordinator may do',
  },
  { field: 'masking.corrupt', weaker: 'smaller', means: 'masks withstand fewer corrupt devices' },
  { field: 'masking.dropping', weaker: 'smaller', means: 'masks withstand fewer losses' },
  { field: 'masking.graph', weaker: ['complete', 'sparse'], means: 'each device masks with fewer others' },
  { field: 'masking.groups', weaker: 'larger', means: 'a sum hides each update among fewer' },
  { field: 'masking.smallestGroup', weaker: 'smaller', means: 'a sum may be one of fewer devices' },
  { field: 'cohort.goal', weaker: 'smaller', means: 'a sum hides each update among fewer' },
  { field: 'cohort.minimum', weaker: 'smaller', means: 'a sum may be one of fewer devices' },
  { field: 'update.kind', weaker: ['ring', 'float32'], means: 'updates can not be masked' },
  { field: 'update.clip', weaker: 'larger', means: 'one device may move the model further, and tell more' },
  { field: 'update.bits', weaker: 'larger', means: 'an update tells more exactly what was learned' },
  {
    field: 'update.weighting',
    weaker: ['uniform', 'examples'],
    means: 'a device with many examples counts for more of the sum',
  },
  { field: 'update.weightCap', weaker: 'larger', means: 'one device may count for more of the sum' },
  { field: 'plan.maxExamples', weaker: 'smaller', means: 'an update tells of fewer examples' },
  { field: 'eligibility.minExamples', weaker: 'smaller', means: 'an update may tell of fewer examples' },
  { field: 'eligibility.minSdk', weaker: 'older', means: 'devices with older safeguards take part' },
];

/** A protection that a change weakened. */
export interface Weakness {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly means: string;
}

/** Lists the protections that are weaker under `after` than under `before`. */
export function weakerThan(before: Task, after: Task): readonly Weakness[] {
  const [old, fresh] = [valuesOf(before), valuesOf(after)];
  return protections.flatMap(({ field, weaker, means }) => {
    const [from, to] = [old.get(field), fresh.get(field)];
    // Without masking, its settings don't exist and protect no device.
    if (from === undefined || to === undefined || !isWeaker(from, to, weaker)) return [];
    return [{ field, from, to, means }];
  });
}

/**
 * Lists the protections that a change from `before` to `after` weakens below the task's definition; one that
 * was already weaker, and that the change leaves, does not count.
 */
export function weakenedBy(defined: Task, before: Task, after: Task): readonly Weakness[] {
  const now = new Set(weakerThan(before, after).map(({ field }) => field));
  return weakerThan(defined, after).filter(({ field }) => now.has(field));
}

function isWeaker(from: unknown, to: unknown, weaker: Protection['weaker']): boolean {
  if (weaker === 'smaller') return (to as number) < (from as number);
  if (weaker === 'larger') return (to as number) > (from as number);
  if (weaker === 'older') return isOlder(to as string, from as string);
  return weaker.indexOf(to as string) > weaker.indexOf(from as string);
}

function valuesOf(task: Task): ReadonlyMap<string, unknown> {
  const { masking, ...sections } = settingsOf(task);
  const values = new Map<string, unknown>([['masking', masking === 'off' ? 'off' : 'on']]);
  for (const [section, fields] of Object.entries(masking === 'off' ? sections : { masking, ...sections }))
    for (const [name, value] of Object.entries(fields)) values.set(`${section}.${name}`, value);
  return values;
}
