import type { MaskingSettings, Plan } from '@murmuration/protocol/messages/plan';
import { fewestContributors } from '@murmuration/protocol/secagg/assumptions';
import type { Demands } from '@murmuration/protocol/secagg/roster';
import { dayOf } from '@murmuration/protocol/time/day';
import { mostRatio, weightRatio } from '@murmuration/protocol/weights/weight-range';
import { BelowFloor } from './below-floor.ts';
import { type FloorName, type HeldFloors, threats } from './floors.ts';

/** Bits that count for a `float32` value of an update. */
const floatBits = 24;

/** Throws `plan.below-floor` for the first floor that a plan is below. */
export function requirePlan(plan: Plan, floors: HeldFloors): void {
  const { training, update, masking, largestCohort, uploadSlot = 0 } = plan;
  const { masking: asked, dropping } = floors;
  const { compression } = update;
  const isPlain = update.kind === 'float32' || compression?.kind.endsWith('K');
  if (asked !== 'off' && (!masking || threats.indexOf(masking.threat) < threats.indexOf(asked)))
    throw new BelowFloor(
      'masking',
      `The plan has ${masking ? `masks against ${withArticle(masking.threat)} coordinator` : 'no masks'}; the app asks for them against ${withArticle(asked)} one.`,
    );
  if (masking && isPlain)
    throw new BelowFloor('masking', 'The plan asks for masks on updates that have none.');
  // Conditions of ε: all devices have equal weight, and all that is sent gets noise.
  if (
    plan.privacy &&
    !plan.query &&
    (isPlain ||
      update.weighting !== 'uniform' ||
      plan.judged !== undefined ||
      training.fairness ||
      plan.control ||
      compression)
  )
    throw new BelowFloor(
      'privacy',
      'The plan has a privacy budget, which takes quantised updates of equal weight and no verdicts.',
    );
  const within: readonly (readonly [FloorName, value: number, least: number, most?: number])[] = [
    ...(masking
      ? ([
          ['corrupt', masking.corrupt, floors.corrupt],
          ['dropping', masking.dropping, dropping.least, dropping.most],
        ] as const)
      : []),
    // `largestCohort` is an upper bound; with masks, the roster and the statement show the real size.
    ['smallestCohort', largestCohort, floors.smallestCohort],
    ['smallestSum', largestCohort, floors.smallestSum],
    ['leastExamples', training.maxExamples, floors.leastExamples],
    ['mostPasses', training.epochs, 0, floors.mostPasses],
    ['learningRate', training.learningRate, 0, floors.learningRate],
    ['clip', update.clip, 0, floors.clip],
    ...(plan.control ? ([['controlClip', plan.control.clip, 0, floors.controlClip]] as const) : []),
    ...(compression ? ([['leastFraction', compression.fraction, floors.leastFraction]] as const) : []),
    ['bits', isPlain ? floatBits : update.bits, 0, floors.bits],
    ['uploadSlot', uploadSlot, floors.uploadSlot],
  ];
  for (const [floor, value, least, most = Infinity] of within)
    if (value < least || value > most)
      throw new BelowFloor(
        floor,
        `The plan has ${value} for the floor "${floor}"; the app asks for ${least} or more${most < Infinity ? `, up to ${most}` : ''}.`,
      );
  if (!plan.query) requireShare(plan, floors);
}

/**
 * Throws `plan.below-floor` if the plan's weights make one device's share of a sum too large (SPEC.md, RD26).
 */
function requireShare(plan: Plan, { smallestSum, mostShare }: HeldFloors): void {
  const { training, update, masking, leastSum = 0, bases } = plan;
  const { weighting, leastWeight = 1, weightCap } = update;
  if (leastWeight > weightCap || (training.fairness && !update.leastWeight))
    throw new BelowFloor(
      'mostShare',
      'The plan has a smallest weight above its largest, or weights by losses and no smallest one.',
    );
  if (!masking) return;
  const isEqual = weighting === 'uniform' && !training.fairness;
  const ratio = weightRatio(isEqual ? 1 : weightCap, isEqual ? 1 : leastWeight, bases?.length || 1);
  const most = mostRatio(
    { ...plan, masking },
    Math.max(fewestContributors, smallestSum, leastSum),
    mostShare,
  );
  if (ratio > most)
    throw new BelowFloor(
      'mostShare',
      `One update may count ${ratio.toFixed(2)} times as much as another by the plan; for the floor "mostShare" of ${mostShare} it may count ${most.toFixed(2)} times as much. Weights that are uniform do.`,
    );
}

const withArticle = (threat: string): string => `${threat.startsWith('h') ? 'an' : 'a'} ${threat}`;

/** Throws `plan.below-floor` for a plan that shares layers which the app keeps on the device. */
export function requirePrivateLayers({ privateLayers = [] }: Plan, kept: readonly string[]): void {
  const shared = kept.filter(layer => !privateLayers.includes(layer));
  if (shared.length > 0)
    throw new BelowFloor(
      'privateLayers',
      `The plan shares layers which the app keeps on the device: ${shared.join(', ')}.`,
    );
}

/**
 * Returns the device's demands on graph and sum of a round whose plan is not below its floors, at `now` in ms
 * since 1970; `smallestSum` counts where it exceeds the floor.
 */
export function demandsOf(
  { threat, corrupt, dropping }: MaskingSettings,
  floors: HeldFloors,
  now: number,
  smallestSum = 0,
): Demands {
  const { enrolmentKey, population = '' } = floors;
  return {
    assumptions: {
      threat,
      corrupt,
      dropping: threat === 'honest-but-curious' ? Math.max(dropping, floors.dropping.checked) : dropping,
    },
    smallestCohort: Math.max(fewestContributors, floors.smallestCohort),
    smallestSum: Math.max(fewestContributors, floors.smallestSum, smallestSum),
    authority: enrolmentKey && { key: enrolmentKey, population },
    today: dayOf(now),
  };
}
