import { agreedFor, writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { dealShares, takeShares } from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { type Mean, quantizationFor, quantize } from '@murmuration/protocol/weights/quantize';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { inGroups } from '@murmuration/rounds/strategy/in-groups';
import { median } from '@murmuration/rounds/strategy/median';
import type { GroupsStrategy, StrategyState } from '@murmuration/rounds/strategy/strategy';
import { trimmedMean } from '@murmuration/rounds/strategy/trimmed-mean';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import { codeOf } from '../../unit/codes.ts';
import { Cohort, round, undemanding } from '../../unit/protocol/secagg/cohort.ts';

const groups = 10;
const devices = 16;
const count = 300;
const settings = { clip: 2, bits: 8, weightCap: 1, largestCohort: devices };
const layout = layoutOf([{ name: 'w', shape: [count] }]);
const quantization = quantizationFor(count, settings);
const { width, largest, step, elements } = quantization;

const lengthOf = (vector: Iterable<number>) =>
  Math.sqrt(Array.from(vector, v => v * v).reduce((a, b) => a + b, 0));

/** What an honest device sends: half as long as the clip, in a direction of its own that most devices share. */
function honest(device: number): Int32Array {
  const random = seededRandom(device);
  const delta = Float32Array.from(random(count), (byte, i) => (i % 3) - 1 + (byte - 127.5) / 128);
  const scale = settings.clip / (2 * lengthOf(delta));
  return quantize(
    delta.map(value => value * scale),
    1,
    quantization,
    round,
    random,
  );
}

/** The mean of a group whose devices are all honest: without masks, which change nothing in it. */
function meanOf(group: number, updateOf: (device: number) => Int32Array = honest): Mean {
  const sum = new RingSum(layout, settings, round);
  for (let i = 0; i < devices; i++) sum.elements.set(added(sum.elements, updateOf(group * devices + i)));
  sum.contributors = devices;
  return sum.mean();
}

const added = (a: Int32Array, b: Int32Array) => a.map((value, i) => value + b[i]!);

/** The mean of a masked group of real devices, one of which sends what makes it as long as the coordinator admits, against everybody. */
function attacked(group: number): Mean {
  const others = Array.from({ length: devices - 1 }, (_, i) => honest(group * devices + i + 1)).reduce(added);
  const against = meanOf(0).delta;
  // In the rotated values as they are sent: the quantiser's own rotation of the opposite of an honest mean.
  const scale = settings.clip / lengthOf(against);
  const wanted = quantize(
    against.map(value => -value * scale),
    1,
    quantization,
    round,
    seededRandom(7),
  );
  const lie = wanted.map((value, i) => (i < count ? value * devices - others[i]! : 1));
  const cohort = new Cohort({ devices, from: group * devices, width })
    .deal()
    .take()
    .mask(number => {
      // Numbers follow from keys; whoever has number 0 lies, the others are honest.
      return number === 0 ? lie.slice() : honest(group * devices + number);
    })
    .agree()
    .reveal();
  const sum = new RingSum(layout, settings, round, true);
  for (const { update } of cohort.masked.values())
    sum.add(encodeUpdate(layout.hash, elements, { kind: 'ring', packed: packRing(update, width) }, width));
  sum.elements.set(cohort.unmask());
  return sum.mean();
}

const clean = Array.from({ length: groups }, (_, group) => meanOf(group));
const spoiled = [0, 1, 2, 3, 4].map(attacked);

/** How far attackers in so many groups move the step, in clips. */
function moved<State extends StrategyState>(rule: GroupsStrategy<State>, attackers: number): number {
  const zero = new Float32Array(count);
  const stepOf = (means: readonly Mean[]) => rule.apply(rule.init(count), zero, means).model;
  const honestStep = stepOf(clean);
  const step = stepOf(clean.map((mean, group) => (group < attackers ? spoiled[group]! : mean)));
  return lengthOf(step.map((value, i) => value - honestStep[i]!)) / settings.clip;
}

describe('GR4: attackers in masked groups, each of whom sends the whole range of the ring under its masks', () => {
  test('one replaces the mean of its group: that is what a group is cut off for', () => {
    const rounding = (step * Math.sqrt(count)) / 2;
    expect(lengthOf(spoiled[0]!.delta)).toBeGreaterThan(settings.clip - rounding);
    expect(largest).toBe(127);
    const gap = spoiled[0]!.delta.map((value, i) => value - clean[0]!.delta[i]!);
    expect(lengthOf(gap)).toBeGreaterThan(settings.clip);
  });

  test.each([1, 2])('%i of ten groups: the trimmed mean and the median move little', attackers => {
    expect(moved(inGroups(trimmedMean({ trim: 0.2 })), attackers)).toBeLessThan(0.05);
    expect(moved(inGroups(median()), attackers)).toBeLessThan(0.05);
  });

  test('more than the rule was told of carry it away, as the guide says', () => {
    expect(moved(inGroups(trimmedMean({ trim: 0.2 })), 4)).toBeGreaterThan(0.25);
    expect(moved(inGroups(trimmedMean({ trim: 0 })), 1)).toBeGreaterThan(0.1);
  });
});

describe('GR2: a coordinator that plays groups of one round off against each other', () => {
  const open = (from: number) => new Cohort({ devices: 6, from }).deal();
  const [one, other] = [open(0), open(6)];
  one.take();
  other.take();

  test('opens no box of one group to a device of another', () => {
    const bundle = writeBundle(other.graph, other.dealings, 0);
    expect(codeOf(() => takeShares(one.contexts[0]!, one.dealt[0]!, bundle))).toMatch(/^secagg\./);
  });

  test('has no device deal for a second group', () => {
    expect(codeOf(() => takeShares(one.contexts[0]!, one.dealt[0]!, writeRoster(other.graph, 0)))).toMatch(
      /^secagg\./,
    );
  });

  test('shows a device the roster of another group, with itself in the place of one of that, and it opens no box', () => {
    // The device is in a graph that nobody else was shown.
    const lost = new Cohort({ devices: 6 });
    const dealt = dealShares(lost.contexts[0]!, lost.entered[0]!, writeRoster(other.graph, 0));
    const bundle = writeBundle(other.graph, other.dealings, 0);
    expect(codeOf(() => takeShares(lost.contexts[0]!, dealt, bundle))).toMatch(/^secagg\./);
  });

  test('has nobody sign or reveal by what another group stated or signed', () => {
    const zeros = () => new Int32Array(4);
    for (const cohort of [one, other]) cohort.mask(zeros).agree();
    const { state } = one.masked.get(0)!;
    const context = one.stating(0);
    // The statements of groups of one size are the same bytes: what is signed is bound to the graph.
    const signed = takeStatement(context, state, other.statement);
    if (signed.phase !== 'unmasking') throw new Error('Devices agree first.');
    const foreign = agreedFor(one.graph, 0, number => other.evidenceOf(number));
    expect(codeOf(() => revealShares(context, signed, foreign))).toBe('secagg.agreement');
    expect(() => revealShares(context, signed, one.agreedFor(0))).not.toThrow();
  });

  test('finds no device in a group below its own floor', () => {
    const demands = { ...undemanding, smallestCohort: 7 };
    const [context, entered] = [{ ...one.contexts[1]!, demands }, one.entered[1]!];
    expect(codeOf(() => dealShares(context, entered, writeRoster(one.graph, 1)))).toMatch(/^secagg\./);
  });
});
