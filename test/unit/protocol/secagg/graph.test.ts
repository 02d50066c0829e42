import { hex } from '@murmuration/protocol/encoding/bytes';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import {
  compareBytes,
  drawGraph,
  drawRing,
  holdersOf,
  neighboursOf,
} from '@murmuration/protocol/secagg/graph';
import { deriveSecrets, signKeys } from '@murmuration/protocol/secagg/keys';
import type { GraphParameters } from '@murmuration/protocol/secagg/parameters';
import { Secret } from '@murmuration/protocol/secagg/secret';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bound as context, seed } from './cohort.ts';

const keysOf = (device: number) =>
  signKeys(
    context,
    native.ed25519.signingKey(seed(1, device)),
    deriveSecrets(context, new Secret(seed(2, device))),
  );
const keys = Array.from({ length: 12 }, (_, device) => keysOf(device));
const harary: GraphParameters = { graph: 'harary', devices: 12, neighbours: 4, threshold: 2 };

describe('SA4: the masking graph', () => {
  test('gives every device its neighbours, mutually, none twice, itself not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 200 }),
        fc.nat(),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (devices, chosen, root) => {
          const neighbours = 2 * (1 + (chosen % Math.floor((devices - 2) / 2)));
          const parameters = { graph: 'harary', devices, neighbours, threshold: 2 } as const;
          const ring = drawRing(context, devices, root);
          expect(new Set(ring.deviceAt).size).toBe(devices);
          const lists = Array.from({ length: devices }, (_, device) => [
            ...neighboursOf(parameters, ring, device),
          ]);
          const sets = lists.map(list => new Set(list));
          lists.forEach((list, device) => {
            expect(sets[device]!.size).toBe(neighbours);
            // Each an expectation for a whole list: one for each of half a million pairs would take most of the time.
            expect(list.filter((other, i) => i > 0 && other <= list[i - 1]!)).toEqual([]);
            expect(list.filter(other => other === device || !sets[other]?.has(device))).toEqual([]);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  test('gives all others in a complete graph, where a device holds a share of its own', () => {
    const complete: GraphParameters = { graph: 'complete', devices: 5, neighbours: 4, threshold: 4 };
    const ring = drawRing(context, 5, seed(5, 0));
    expect([...neighboursOf(complete, ring, 2)]).toEqual([0, 1, 3, 4]);
    expect([...holdersOf(complete, neighboursOf(complete, ring, 2))]).toEqual([0, 1, 2, 3, 4]);
    expect([...holdersOf(harary, Uint32Array.of(1, 7))]).toEqual([1, 7]);
  });

  test('follows from the set of keys, in whatever order they come', () => {
    const graph = drawGraph(context, keys, harary);
    const again = drawGraph(context, keys.toReversed(), harary);
    expect(again.devices).toEqual(graph.devices);
    expect(again.neighbours).toEqual(graph.neighbours);
    const identities = graph.devices.map(({ identity }) => hex(identity));
    expect(identities).toEqual(identities.toSorted());
  });

  test('is another for another round and for any other key', () => {
    const ring = (...change: Parameters<typeof drawRing>) => drawRing(...change).deviceAt.join();
    const usual = ring(context, 200, seed(5, 0));
    expect(ring({ ...context, round: 'S'.repeat(22) as RoundId }, 200, seed(5, 0))).not.toBe(usual);
    expect(ring(context, 200, seed(5, 1))).not.toBe(usual);
    expect(ring(context, 200, seed(5, 0))).toBe(usual);
    const [first, ...rest] = keys;
    const changed = drawGraph(context, [{ ...first!, signature: new Uint8Array(64) }, ...rest], harary);
    expect(changed.neighbours).not.toEqual(drawGraph(context, keys, harary).neighbours);
  });

  test('puts every device at every place equally often', () => {
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw++) {
      const order = drawRing(context, 3, seed(6, draw)).deviceAt.join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Expected 1000 each; chi-squared with 5 degrees of freedom is below 20.5 with a chance of 99.9 %.
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(20.5);
  });

  test('is refused for another number of devices, and where two have one key', () => {
    expect(() => drawGraph(context, keys.slice(1), harary)).toThrow(
      'The graph is for 12 devices, but 11 sent keys. [secagg.parameters]',
    );
    expect(() => drawGraph(context, [...keys.slice(1), keys[1]!], harary)).toThrow('[secagg.keys]');
  });
});

test('identities are ordered by their bytes, the shorter of two that begin alike first', () => {
  const [a, b, longer] = [Uint8Array.of(1, 200), Uint8Array.of(2, 0), Uint8Array.of(1, 200, 0)];
  expect([compareBytes(a, b), compareBytes(b, a), compareBytes(a, a)].map(Math.sign)).toEqual([-1, 1, 0]);
  expect([compareBytes(a, longer), compareBytes(longer, a)].map(Math.sign)).toEqual([-1, 1]);
});
