import { base64url } from '@murmuration/protocol/encoding/bytes';
import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { type Mean, quantizationFor, quantize } from '@murmuration/protocol/weights/quantize';
import { GroupSums } from '@murmuration/rounds/aggregation/group-sums';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { dealGroups, groupOf } from '@murmuration/rounds/round/groups';

/** Input of a round's aggregation. */
export interface AggregationInput {
  /** Clipped updates of the honest devices; the attackers are the devices before them. */
  readonly honest: readonly Float32Array[];
  /** Step that the attackers want, as long as the coordinator admits. */
  readonly wanted: Float32Array;
  readonly attackers: number;
}

const updateBits = 16;

/**
 * Returns updates without masks. Each is checked to be no longer than the clip, so all attackers send the
 * step that they want.
 */
export function singleUpdates({ honest, wanted, attackers }: AggregationInput): Mean[] {
  const lies = Array.from({ length: attackers }, () => wanted);
  return [...lies, ...honest].map(delta => ({ delta, weight: 1 }));
}

/**
 * Returns the means of masked groups; the cohort is one group if `groups` is 1. No masks are made, because
 * they don't change a sum. Updates can't be checked under masks: an attacker sends what makes the mean of its
 * group the wanted step. It is assumed to know the others' updates of its group, which is more than it can
 * know.
 */
export function maskedMeans(
  { honest, wanted, attackers }: AggregationInput,
  groups: number,
  { layout, clip, random }: { readonly layout: Layout; readonly clip: number; readonly random: RandomBytes },
): Mean[] {
  const devices = attackers + honest.length;
  const settings = { clip, bits: updateBits, weightCap: 1, largestCohort: Math.ceil(devices / groups) };
  const quantization = quantizationFor(layout.count, settings);
  const { elements, width } = quantization;
  const round = base64url(random(16));
  const sums = new GroupSums(groups, () => new RingSum(layout, settings, round, true));
  const add = (values: Int32Array, group: number) =>
    sums.add(
      encodeUpdate(layout.hash, elements, { kind: 'ring', packed: packRing(values, width) }, width),
      group,
    );
  const dealt = dealGroups(
    Array.from({ length: devices }, (_, device) => ({
      device: String(device) as DeviceId,
      assignment: base64url(random(16)) as AssignmentId,
    })),
    groups,
  ).map(groupOf);
  const liars = new Map<number, number>();
  for (const [device, group] of dealt.entries())
    if (device < attackers) liars.set(group, (liars.get(group) ?? 0) + 1);
    else add(quantize(honest[device - attackers]!.slice(), 1, quantization, round, random), group);
  for (const [group, count] of liars) {
    const size = sums.contributorsOf(group) + count;
    const step = quantize(wanted.slice(), 1, quantization, round, random);
    const others = sums.inRing[group]!.elements;
    add(
      step.map((value, i) => (i < elements - 1 ? value * size - others[i]! : 1)),
      group,
    );
    const nothing = new Int32Array(elements);
    nothing[elements - 1] = 1;
    for (let i = 1; i < count; i++) add(nothing, group);
  }
  for (let group = 0; group < groups; group++) sums.conclude(group);
  return [...sums.means.values()];
}
