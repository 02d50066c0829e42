import { defaultFloors, type FloorName, type HeldFloors } from './floors.ts';

/** Protection of this device's updates, whatever a plan says. */
export interface Protection {
  /**
   * Coordinator that single updates are hidden from; `nothing` with `masking: 'off'`. Without a pinned
   * `enrolmentKey` at most an honest-but-curious one: any other can fake the devices of a cohort.
   */
  readonly protects: 'malicious' | 'semi-malicious' | 'honest-but-curious' | 'nothing';
  /** All floors, with defaults filled in. */
  readonly floors: HeldFloors;
  /** Floors that the app has set below the defaults. */
  readonly weaker: readonly FloorName[];
}

export function protectionOf(floors: HeldFloors): Protection {
  const { masking, enrolmentKey } = floors;
  const protects = masking === 'off' ? 'nothing' : enrolmentKey ? masking : 'honest-but-curious';
  const names = Object.keys(defaultFloors) as (keyof HeldFloors)[];
  const weaker = names.filter(name => isWeaker(name, floors[name], defaultFloors[name]));
  return { protects, floors, weaker };
}

/** Floors where higher is weaker; for all others lower is. */
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

/**
 * True if a floor is below its default. Defaults of words and flags are the strongest; an object instead of a
 * word is not weaker, and the authority has no default.
 */
function isWeaker(name: string, value: unknown, standard: unknown): boolean {
  if (typeof standard === 'number')
    return higher.includes(name) ? (value as number) > standard : (value as number) < standard;
  if (typeof standard === 'object')
    return Object.entries(standard as object).some(([key, each]) =>
      isWeaker(key, (value as Record<string, unknown>)[key], each),
    );
  return standard !== undefined && typeof value !== 'object' && value !== standard;
}
