import { Contributions } from '@murmuration/client-sdk/floors/contributions';
import { heldFloors } from '@murmuration/client-sdk/floors/floors';
import { bufferedPart } from '@murmuration/client-sdk/session/buffered-part';
import { keptUpdates, settingsIn } from '@murmuration/client-sdk/session/kept-update';
import type { SessionPorts } from '@murmuration/client-sdk/session/ports';
import { sessionStore } from '@murmuration/client-sdk/session/saved-session';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { meanOfSum, quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { assignmentOf, id, layout } from '../unit/client-sdk/memory-coordinator.ts';
import { Cohort } from '../unit/protocol/secagg/cohort.ts';
import { expectation, rotated } from './weights.ts';

const clock = new VirtualClock();
const versions = Array.from({ length: 12 }, (_, i) => i.toString(16).padStart(64, '0') as ModelHash);
const bases = versions.map((model, staleness) => ({ model, weight: (1 + staleness) ** -0.5 }));

interface Trained {
  readonly delta: readonly number[];
  readonly examples: number;
  readonly staleness: number;
}

const trained: fc.Arbitrary<Trained> = fc.record({
  delta: fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), {
    minLength: layout.count,
    maxLength: layout.count,
  }),
  examples: fc.integer({ min: 1, max: 100 }),
  staleness: fc.nat(bases.length - 1),
});

const cases = fc.array(trained, { minLength: 3, maxLength: 8 }).chain(devices =>
  fc.record({
    devices: fc.constant(devices),
    lost: fc.uniqueArray(fc.nat(devices.length - 1), { maxLength: Math.floor((devices.length - 1) / 3) }),
    seed: fc.nat(),
  }),
);

function bufferOf(devices: number): Assignment {
  return assignmentOf(clock, 'buffer', {
    masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'complete' },
    model: versions[0]!,
    bases,
    largestCohort: devices,
    update: { kind: 'ring', clip: 1, bits: 12, weighting: 'examples', weightCap: 16 },
  });
}

/** What a device that has kept an update brings into the sum, before its masks. */
async function elementsOf({ delta, examples, staleness }: Trained, assignment: Assignment, seed: number) {
  const storage = memoryStorage();
  const { task } = assignment.plan;
  const floors = heldFloors(simulatedFloors);
  const ports = {
    task,
    floors,
    keepPrivate: [],
    store: sessionStore(storage, task),
    contributions: new Contributions(storage, clock, task, floors.contributions),
  } as unknown as SessionPorts;
  const learned = { delta: Float32Array.from(delta), examples, layout };
  const kept = { base: versions[staleness]!, settings: settingsIn(assignment.plan), learned };
  await keptUpdates(storage, task).save(kept);
  const part = bufferedPart(assignment, ports, 0, () => {});
  const { signal } = new AbortController();
  await part.require(signal, false);
  const contribution = await part.make(signal, () => {});
  let elements: Int32Array | undefined;
  prepareUpdate(contribution, assignment, seededRandom(seed), ring => {
    elements = ring.slice();
  });
  return elements!;
}

test('RD23: a masked buffer comes to the plain sum of its updates, each times (1 + s)^−½, whoever is lost', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ devices, lost, seed }) => {
      const assignment = bufferOf(devices.length);
      const settings = quantizationOf(assignment.plan);
      const quantization = quantizationFor(layout.count, settings);
      const { step, largest, width, elements } = quantization;
      const rings = await Promise.all(devices.map((device, i) => elementsOf(device, assignment, seed + i)));
      // Each is, on average, what a second implementation makes of the update times the weight of its version.
      for (const [i, { delta, staleness }] of devices.entries()) {
        const weight = rings[i]!.at(-1)!;
        const norm = Math.hypot(...delta);
        const short = delta.map(value => (value * Math.min(1, 1 / norm)) / Math.sqrt(1 + staleness));
        for (const [at, value] of rotated(short, id('buffer')).entries())
          expect(Math.abs(rings[i]![at]! / weight - expectation(value, step, largest))).toBeLessThan(1.001);
      }
      const cohort = new Cohort({
        devices: devices.length,
        width,
        parameters: {
          graph: 'complete',
          devices: devices.length,
          neighbours: devices.length - 1,
          threshold: Math.floor((2 * devices.length) / 3) + 1,
        },
      });
      if (devices.length - lost.length < cohort.graph.parameters.threshold) return;
      const sum = cohort
        .deal()
        .take()
        .mask(
          i => rings[i]!.slice(),
          i => lost.includes(i),
        )
        .agree()
        .reveal()
        .unmask();
      const counted = devices.flatMap((device, i) => (lost.includes(i) ? [] : [{ device, ring: rings[i]! }]));
      // Bit by bit, in big integers.
      const plain = Array.from({ length: elements }, (_, at) =>
        BigInt.asIntN(
          width,
          counted.reduce((total, { ring }) => total + BigInt(ring[at]!), 0n),
        ),
      );
      const opened = Array.from(sum, value => BigInt.asIntN(width, BigInt(value)));
      expect(opened).toEqual(plain);
      const { delta, weight } = meanOfSum(
        Int32Array.from(opened, Number),
        counted.length,
        settings,
        quantization,
        assignment.round,
      );
      const weights = counted.map(({ ring }) => ring.at(-1)!);
      expect(weight).toBe(weights.reduce((a, b) => a + b, 0));
      for (const [i, { device }] of counted.entries())
        expect(weights[i]).toBe(Math.max(1, Math.min(16, Math.round((16 * device.examples) / 100))));
      const due = Array.from({ length: layout.count }, (_, at) =>
        counted.reduce((total, { device }, i) => {
          const scale = Math.min(1, 1 / Math.hypot(...device.delta)) / Math.sqrt(1 + device.staleness);
          return total + (weights[i]! * scale * device.delta[at]!) / weight;
        }, 0),
      );
      // Less than a step in each value, whatever it is rotated to.
      expect(Math.hypot(...due.map((value, at) => value - delta[at]!))).toBeLessThan(
        1.01 * step * Math.sqrt(layout.count),
      );
    }),
    { numRuns: 40 },
  );
});
