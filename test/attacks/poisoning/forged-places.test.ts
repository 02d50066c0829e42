import { compress } from '@murmuration/client-sdk/update/compress';
import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { headerLength } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { packPlaces, placesLength } from '@murmuration/protocol/weights/sparse';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import { deviceId, layout, openFederation } from '../../unit/coordinator/server/federation.ts';

const kept = 2;

/** A round of three devices that send two of four values each, the parts of them, and an honest update. */
async function open() {
  const federation = await openFederation({
    task: {
      update: { kind: 'ring', clip: 1, bits: 8, compression: { kind: 'topK', fraction: 0.5 } },
      cohort: { goal: 3, minimum: 2, overSelection: 1 },
    },
  });
  await federation.rounds.start();
  for (const i of [0, 1, 2]) federation.checkIn(deviceId(i));
  await federation.clock.advance(0);
  const assignments = [0, 1, 2].map(i => federation.channel.assignments.get(deviceId(i))!);
  const random = seededRandom(1);
  const honest = assignments.map(assignment => {
    const { plan, round } = assignment;
    const delta = Float32Array.of(0.1, -0.5, 0.2, 0.05);
    const { sparse } = compress(delta, undefined, plan.update.compression!, plan, round, random);
    return prepareUpdate({ delta, examples: 9, layout, sparse }, assignment, random);
  });
  return { federation, assignments, honest };
}

/** Bits in the order of the format: the low ones of each place, then ones and zeros that count the high ones. */
const placesOf = (low: readonly number[], high: string) => {
  const bits = [...low.map(bit => `${bit}`), ...high];
  const bytes = new Uint8Array(placesLength(layout.count, kept));
  for (const [i, bit] of bits.entries()) if (bit === '1') bytes[i >> 3]! |= 1 << (i & 7);
  return bytes;
};

describe('a device that forges the places of what it sends', () => {
  it('is what it takes itself for where it forges nothing', () => {
    // Places 1 and 2: low bits 1 and 0, high bits 0 and 1.
    expect(placesOf([1, 0], '1010')).toEqual(packPlaces(Uint32Array.of(1, 2), 4));
    expect(layoutOf(layout.tensors).count).toBe(4);
  });

  it.each<[string, Uint8Array]>([
    ['repeats a place, to count twice in it', placesOf([1, 1], '11')],
    ['does not sort them', placesOf([1, 0], '11')],
    ['names a place beyond the model', placesOf([1, 1], '10001')],
    ['names more than it may', placesOf([1, 0], '10101')],
    ['names fewer', placesOf([1, 0], '1')],
    ['names none', placesOf([0, 0], '')],
  ])('WC7: and %s, is refused, and changes nothing', async (_, forged) => {
    const { federation, assignments, honest } = await open();
    const { rounds, registry, task, records } = federation;
    const driver = rounds.current!;
    const bytes = honest[0]!.slice();
    bytes.set(forged, headerLength + 4);
    await expect(driver.accept(assignments[0]!.assignment, bytes)).rejects.toMatchObject({
      code: 'update.malformed',
    });
    for (const i of [1, 2]) void driver.accept(assignments[i]!.assignment, honest[i]!);
    await federation.clock.advance(60_000);
    await expect.poll(() => records.length).toBe(1);
    expect(records[0]).toMatchObject({ outcome: 'published', tally: { accepted: 2, rejected: 1 } });
    const { files } = await registry.current(task.name);
    expect([...files.weights]).toEqual([0, expect.closeTo(-0.5, 2), expect.closeTo(0.2, 2), 0]);
    await rounds.stop();
  });
});
