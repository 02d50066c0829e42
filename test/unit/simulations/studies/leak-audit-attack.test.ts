import { layoutOf } from '@murmuration/protocol/weights/layout';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { evidence, nameWords, together } from '@murmuration/studies/leak-audit/attack';
import { describe, expect, it } from 'vitest';

const ids = 200;
const layout = layoutOf([
  { name: 'embedding', shape: [ids, 8] },
  { name: 'recurrent', shape: [8, 24] },
  { name: 'kernel', shape: [8, ids] },
  { name: 'bias', shape: [ids] },
]);
const biasAt = layout.count - ids;

/** Noise from −1 to 1 in every place. */
function noise(): Float32Array {
  const bytes = seededRandom(1, 'noise')(layout.count);
  return Float32Array.from(bytes, byte => byte / 127.5 - 1);
}

describe('the attack on an update', () => {
  it('names the inputs by their rows of the embedding', () => {
    const delta = noise();
    for (const id of [7, 50, 199]) for (let j = 0; j < 8; j++) delta[id * 8 + j]! -= 4;
    expect(nameWords(evidence(layout, delta, ids), 3).sort((a, b) => a - b)).toEqual([7, 50, 199]);
  });

  it('names words that were only ever the next one by the bias of the output', () => {
    const delta = noise();
    for (const id of [8, 90]) delta[biasAt + id]! += 6;
    expect(nameWords(evidence(layout, delta, ids), 2).sort((a, b) => a - b)).toEqual([8, 90]);
  });

  it('takes a falling bias for no word', () => {
    const delta = noise();
    for (const id of [8, 90]) delta[biasAt + id]! -= 60;
    const named = nameWords(evidence(layout, delta, ids), 20);
    expect(named).not.toContain(8);
    expect(named).not.toContain(90);
  });

  it('does not depend on the scale of the update', () => {
    const delta = noise();
    const scaled = delta.map(value => value * 1_024);
    expect(evidence(layout, scaled, ids)).toEqual(evidence(layout, delta, ids));
  });

  it('names words only, the frequent first where nothing tells them apart', () => {
    expect(nameWords(new Float64Array(ids), 3)).toEqual([4, 5, 6]);
  });

  it('adds up what two sources say', () => {
    const one = Float64Array.of(0, 0, 0, 0, 1, 3, 0);
    const other = Float64Array.of(0, 0, 0, 0, 3, 0, 0);
    expect(nameWords(together(one, other), 2)).toEqual([4, 5]);
  });
});
