import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { type Mean, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { mostRatio } from '@murmuration/protocol/weights/weight-range';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { seededRandom } from '../../seeded-random.ts';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { masking } from './victim.ts';

/** As many values as any sum has devices, so that updates may be at right angles. */
const count = 512;
const layout = layoutOf([{ name: 'w', shape: [count] }]);

/** What a device has learned, and from how much. */
export interface Own {
  readonly delta: Float32Array;
  readonly examples: number;
  readonly loss: number;
  readonly control?: Float32Array;
}

/** Largest cohorts with their smallest sums, and the honest devices h that are in these. */
export const cohorts = [
  { honest: 15, leastSum: 16, largestCohort: 20 },
  { honest: 60, leastSum: 64, largestCohort: 80 },
  { honest: 300, leastSum: 317, largestCohort: 330 },
] as const;
export type Cohort = Pick<Plan, 'largestCohort'> & { readonly leastSum?: number };

/** How far weights may differ in such a cohort, for the floor `mostShare`. */
export const allowed = ({ leastSum = 16, largestCohort }: Cohort, mostShare = 0.5): number =>
  mostRatio({ masking, largestCohort }, leastSum, mostShare);

/** The settings of updates by which one counts up to `ratio` times as much as another. */
export const weighted = (ratio: number, weightCap = 1_000): Plan['update'] => ({
  kind: 'ring',
  clip: 1,
  bits: 12,
  weighting: 'examples',
  weightCap,
  leastWeight: Math.ceil(weightCap / ratio),
});

/** The mean that opens by a plan when devices have made their updates of what they have learned, by that plan or by another one. */
export function opened(all: readonly Own[], change: Partial<Plan>, made = change): Mean {
  const { plan, round } = assignmentOf(new VirtualClock(), 'r1', { masking, ...change });
  const assignment = assignmentOf(new VirtualClock(), 'r1', { masking, ...made });
  const sum = new RingSum(layout, quantizationOf(plan), round, true);
  for (const [i, own] of all.entries()) {
    const learned = { ...own, delta: own.delta.slice(), layout };
    sum.add(prepareUpdate(learned, assignment, seededRandom(i + 1)));
  }
  return sum.mean();
}

/** Of updates at right angles, each of the length 0.9. */
export const alone = (place: number): Float32Array => {
  const delta = new Float32Array(count);
  delta[place] = 0.9;
  return delta;
};

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, first, second] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    first += a[i]! ** 2;
    second += b[i]! ** 2;
  }
  return dot / Math.sqrt(first * second);
}

/** The largest cosine of what one device has learned with what opens. */
export const largestShare = (all: readonly Own[], mean: ArrayLike<number>): number =>
  Math.max(...all.map(({ delta }) => cosine(mean, delta)));

/** What `devices` learn by gradient descent on lines of their own, the first one from more examples: of such lengths and directions as come of it. */
export function trained(devices: number): readonly Own[] {
  const random = seededRandom(9);
  const draw = () => new DataView(random(4).buffer).getUint32(0) / 2 ** 31 - 1;
  return Array.from({ length: devices }, (_, device) => {
    const examples = device === 0 ? 1_000 : 10;
    const delta = new Float32Array(count);
    for (let step = 0; step < Math.min(examples, 40); step++) {
      const input = Float32Array.from({ length: count }, draw);
      const error = input.reduce((sum, value, i) => sum + value * delta[i]!, 0) - (1 + 4 * draw());
      for (let i = 0; i < count; i++) delta[i] = delta[i]! - (0.02 * error * input[i]!) / 8;
    }
    return { delta, examples, loss: device === 0 ? 10 : 1 };
  });
}
