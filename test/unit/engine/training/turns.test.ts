import { TrainingTurns } from '@murmuration/engine/training/turns';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Works in parts that take so long, ms; how long it worked between turns. */
async function slicesOf(parts: readonly number[], longest: number): Promise<number[]> {
  let now = 0;
  let began = 0;
  const slices: number[] = [];
  const giveWay = async () => {
    slices.push(now - began);
    now += 1_000;
    began = now;
  };
  const turns = new TrainingTurns(() => now, giveWay, longest);
  for (const part of parts) {
    now += part;
    await turns.between();
  }
  return slices;
}

describe('turns', () => {
  it('come before a slice is too long, where parts take what those before them took', async () => {
    for (const part of [1, 3, 7, 24, 26, 50])
      for (const slice of (await slicesOf(Array(200).fill(part), 50)).slice(1)) {
        expect(slice).toBeLessThanOrEqual(50);
        expect(slice).toBeGreaterThan(50 - 2 * part);
      }
    expect(await slicesOf(Array(3).fill(70), 50)).toEqual([70, 70, 70]);
  });

  it('come after the part that made one too long, however long parts are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 60 }), async parts => {
        for (const slice of await slicesOf(parts, 50)) expect(slice).toBeLessThanOrEqual(50 + 80);
      }),
    );
  });

  it('come at once where the clock is set back', async () => {
    let now = 1_000;
    let turn = 0;
    const turns = new TrainingTurns(
      () => now,
      async () => void turn++,
      50,
    );
    now = 3;
    await turns.between();
    expect(turn).toBe(1);
  });
});
