import { defaultEnergy, estimatedJoules, type RoundCosts } from '@murmuration/client-sdk/session/costs';
import { DeviceCosts } from '@murmuration/simulations/federation/device-costs';
import { openFederation } from '@murmuration/simulations/federation/federation';
import clusters from '@murmuration/tuning/scenarios/clusters';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0)) await clean();
});

const bytes = fc.nat({ max: 1e9 });
const costs: fc.Arbitrary<RoundCosts> = fc.record({
  bytes: fc.record({ model: bytes, heard: bytes, update: bytes, said: bytes }),
  cpuSeconds: fc.double({ min: 0, max: 1e4, noNaN: true }),
  memory: bytes,
  estimatedJoules: fc.double({ min: 0, max: 1e6, noNaN: true }),
}) as never;

describe('what its part in a round costs a device', () => {
  it('is null where none had one', () => {
    expect(new DeviceCosts().figures()).toBe(null);
  });

  it('is the mean, and the most, of all parts', () => {
    fc.assert(
      fc.property(fc.array(costs, { minLength: 1, maxLength: 30 }), parts => {
        const all = new DeviceCosts();
        for (const part of parts) all.add(part);
        const of = (values: number[]) => ({
          mean: expect.closeTo(values.reduce((a, b) => a + b) / values.length, 3) as number,
          most: Math.max(...values),
        });
        expect(all.figures()).toEqual({
          parts: parts.length,
          bytesDown: of(parts.map(part => part.bytes.model + part.bytes.heard)),
          bytesUp: of(parts.map(part => part.bytes.update + part.bytes.said)),
          seconds: of(parts.map(part => part.cpuSeconds)),
          memory: of(parts.map(part => part.memory)),
          joules: of(parts.map(part => part.estimatedJoules)),
        });
      }),
    );
  });

  it('is that of the devices of a run: their bytes, the time that their training takes, and its energy', async () => {
    const run = async (examplesPerSecond: number) => {
      const settings = clusters.schema.parse({
        ...clusters.defaults,
        data: { clients: 12, perClient: 10, heldOut: 50 },
        cohort: { goal: 6 },
        devices: { speed: [{ examplesPerSecond }] },
      });
      const data = await clusters.data(settings);
      const federation = await openFederation(clusters as never, settings, data, { workers: 0 });
      cleanUp.push(() => federation.close());
      expect(federation.costs()).toBe(null);
      for (let i = 0; i < 3; i++) await federation.next();
      return { ...federation.costs()!, count: federation.count };
    };
    const part = await run(100);
    expect(part.parts).toBeGreaterThanOrEqual(12);
    // An update has more than a byte for each value or two, and the model four for each.
    expect(part.bytesUp.mean).toBeGreaterThan(part.count / 2);
    expect(part.bytesDown.most).toBeGreaterThan(4 * part.count);
    const energy = (seconds: number) =>
      estimatedJoules(
        { model: part.bytesDown.mean, heard: 0, update: part.bytesUp.mean, said: 0 },
        seconds,
        defaultEnergy,
      );
    expect(part.joules.mean).toBeCloseTo(energy(part.seconds.mean), 9);
    const slow = await run(1);
    expect(slow.seconds.mean).toBeGreaterThan(10 * part.seconds.mean);
    expect(slow.joules.mean).toBeCloseTo(energy(slow.seconds.mean), 9);
  });
});
