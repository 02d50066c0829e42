import type { Hybrid, Prediction } from '@murmuration/client-sdk/hybrid/hybrid';
import { NextWords } from '@murmuration/demo-keyboard-app/src/suggestions/next-words';
import { OwnWords } from '@murmuration/demo-keyboard-app/src/suggestions/own-words';
import { numberOf } from '@murmuration/demo-keyboard-app/task/own-numbers';
import { describe, expect, it } from 'vitest';
import { vocabulary } from '../parrot.ts';

const words = new OwnWords(vocabulary);
for (let times = 0; times < 2; times++) words.learn('I see Netherfield');
words.learn('I see Longbourn');
const numbers = ['netherfield', 'longbourn', 'meryton'].map(word => numberOf(word, vocabulary));

/** Says "see" with 0.5, and of own words what it is given. */
const saying = (own?: ReadonlyMap<number, number>): Pick<Hybrid, 'predict'> => ({
  async predict(_, source = 'hybrid'): Promise<Prediction> {
    const values = new Float32Array(vocabulary.size);
    values[vocabulary.id('see')] = 0.5;
    return { values, source, model: null, id: '', ...(own && { own }) };
  },
});
const after = (own: ReadonlyMap<number, number> | undefined, source: 'hybrid' | 'global' = 'hybrid') =>
  new NextWords(saying(own), vocabulary, words).after('I see ', source);
const see = (values: Float32Array) => values[vocabulary.id('see')];

describe("the next words with the writer's own", () => {
  it('are as likely as the device says by their numbers, spelled as they were written twice or oftener', async () => {
    const { values, own } = await after(new Map(numbers.map(number => [number, 0.1])));
    expect([...own]).toEqual([['Netherfield', 0.1]]);
    expect(see(values)).toBe(0.5);
  });

  it('are counted here where the device says nothing of them, and leave the rest to the model', async () => {
    const { values, own } = await after(undefined);
    const share = own.get('Netherfield')!;
    expect(share).toBeGreaterThan(0.3);
    expect(see(values)).toBeCloseTo(0.5 * (1 - share));
  });

  it('are none beside the shared model', async () => {
    expect((await after(undefined, 'global')).own.size).toBe(0);
  });

  it('have no spelling once they are forgotten', () => {
    const own = new OwnWords(vocabulary);
    for (let times = 0; times < 2; times++) own.learn('see Netherfield');
    own.forget();
    expect(own.spelled(new Map([[numbers[0]!, 0.1]])).size).toBe(0);
  });
});
