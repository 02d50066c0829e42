import type { OpenPersonal } from '@murmuration/client-sdk/hybrid/personal';
import type { HybridChoice } from '@murmuration/client-sdk/hybrid/saved-hybrid';
import { answer, type Served } from '@murmuration/client-sdk/hybrid/served';
import { describe, expect, it } from 'vitest';
import { stepping } from './scene.ts';

const part = (values: readonly number[], own?: readonly (readonly [number, number])[]): OpenPersonal => ({
  predict: async () => Float32Array.from(values),
  answer: async () => new Float32Array(0),
  ...(own && { own: () => new Map(own) }),
  close: async () => {},
});

const files = stepping(1);
const score = { loss: 1, top1: 0, top3: 0 };
const served = (lambdas: Record<string, number>): Served => ({
  files,
  isKept: true,
  global: part([0, 0.5, 0.5]),
  personal: new Map([
    [
      'counts',
      part(
        [0, 0.2, 0.2],
        [
          [7, 0.5],
          [9, 0.1],
        ],
      ),
    ],
    ['more', part([0, 0.5, 0.4], [[7, 0.1]])],
  ]),
  choice: {
    report: {
      model: files.hash,
      lambda: 0.5,
      lambdas,
      scores: { global: score, personal: score, hybrid: score },
      questions: 1,
    },
    among: { counts: 1, more: 0 },
  } satisfies HybridChoice,
});

describe('an answer with numbers beyond the classes', () => {
  it('mixes them by the weights of their parts, to the sum 1', async () => {
    const { values, own } = await answer(served({ counts: 0.25, more: 0.25 }), 0, 'hybrid');
    expect([...own!].map(([number, share]) => [number, Number(share.toFixed(9))])).toEqual([
      [7, 0.15],
      [9, 0.025],
    ]);
    const all = [...values, ...own!.values()].reduce((sum, value) => sum + value, 0);
    expect(all).toBeCloseTo(1);
  });

  it('has none of a part without weight, and none of the global model', async () => {
    expect((await answer(served({ counts: 0, more: 0.5 }), 0, 'hybrid')).own).toEqual(new Map([[7, 0.05]]));
    expect(await answer(served({ counts: 0.5, more: 0 }), 0, 'global')).not.toHaveProperty('own');
    expect((await answer(served({ counts: 0, more: 0 }), 0, 'personal')).own?.get(9)).toBe(0.1);
  });
});

it('a source that there is not is refused, and not answered by another', async () => {
  const asked = answer(served({ counts: 0.5, more: 0 }), 0, 'Global' as 'global');
  await expect(asked).rejects.toMatchObject({
    code: 'hybrid.input',
    detail: 'There is no source "Global": hybrid, global or personal.',
  });
});
