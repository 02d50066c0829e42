import { defaultFloors, type FloorName, type HeldFloors } from './floors.ts';

/** What protects this device's updates, whatever a plan says. */
export interface Protection {
  /**
   * The coordinator that single updates are hidden from; `nothing` with `masking: 'off'`. Without a pinned `enrolmentKey` no more than an
   * honest-but-curious one: any other can make up the devices of a cohort.
   */
  readonly protects: 'malicious' | 'semi-malicious' | 'honest-but-curious' | 'nothing';
  /** All floors, as they hold. */
  readonly floors: HeldFloors;
  /** Those that the app has set below the defaults. */
  readonly weaker: readonly FloorName[];
}

export function protectionOf(floors: HeldFloors): Protection {
  const { masking, enrolmentKey } = floors;
  const protects = masking === 'off' ? 'nothing' : enrolmentKey ? masking : 'honest-but-curious';
  const names = Object.keys(defaultFloors) as (keyof HeldFloors)[];
  const weaker = names.filter(name => isWeaker(name, floors[name], defaultFloors[name]));
  return { protects, floors, weaker };
}

/** Numbers that are weaker the higher they are; all others are the lower they are. */
const higher = [
  'mostShare',
  'mostPasses',
  'learningRate',
  'mostVersions',
  'clip',
  'controlClip',
  'bits',
  'most',
  'day',
  'model',
];

/** Whether a floor is below its default; there is none for the authority. Words and yes have the strongest by default, but for an object. */
function isWeaker(name: string, value: unknown, standard: unknown): boolean {
  if (typeof standard === 'number')
    return higher.includes(name) ? (value as number) > standard : (value as number) < standard;
  if (typeof standard === 'object')
    return Object.entries(standard as object).some(([key, each]) =>
      isWeaker(key, (value as Record<string, unknown>)[key], each),
    );
  return standard !== undefined && typeof value !== 'object' && value !== standard;
}
