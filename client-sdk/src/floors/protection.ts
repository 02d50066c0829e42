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
  const weaker = (Object.keys(isWeaker) as (keyof typeof isWeaker)[]).filter(name => isWeaker[name](floors));
  return { protects, floors, weaker };
}

const less =
  (
    name:
      | 'corrupt'
      | 'smallestCohort'
      | 'smallestSum'
      | 'leastExamples'
      | 'uploadSlot'
      | 'queryThreshold'
      | 'queryPeriod',
  ) =>
  (floors: HeldFloors) =>
    floors[name] < defaultFloors[name];
const more = (name: 'mostPasses' | 'clip' | 'bits') => (floors: HeldFloors) =>
  floors[name] > defaultFloors[name];

/** Whether a floor is below its default; there is none for the authority. */
const isWeaker: Readonly<
  Record<Exclude<keyof HeldFloors, 'enrolmentKey' | 'population'>, (floors: HeldFloors) => boolean>
> = {
  masking: ({ masking }) => masking !== defaultFloors.masking,
  corrupt: less('corrupt'),
  dropping: ({ dropping: { least, most, checked } }) =>
    least < defaultFloors.dropping.least ||
    most > defaultFloors.dropping.most ||
    checked < defaultFloors.dropping.checked,
  smallestCohort: less('smallestCohort'),
  smallestSum: less('smallestSum'),
  leastExamples: less('leastExamples'),
  mostPasses: more('mostPasses'),
  clip: more('clip'),
  bits: more('bits'),
  ownDraw: ({ ownDraw }) => !ownDraw,
  topology: ({ topology }) => topology !== defaultFloors.topology,
  uploadSlot: less('uploadSlot'),
  queryThreshold: less('queryThreshold'),
  queryPeriod: less('queryPeriod'),
  contributions: ({ contributions: { day, model } }) =>
    day > defaultFloors.contributions.day || model > defaultFloors.contributions.model,
};
