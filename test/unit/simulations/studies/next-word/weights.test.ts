import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import type { PersonalPorts } from '@murmuration/client-sdk/hybrid/personal';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { uniformInference } from '@murmuration/studies/hybrid/uniform-inference';
import { fittedPrior } from '@murmuration/studies/next-word/fitted-prior';
import { askPhones, priorFrom } from '@murmuration/studies/next-word/weights';
import { describe, expect, it } from 'vitest';

const vocabulary = new Vocabulary(['see', 'you', 'at', 'home']);
const serving = keyboardServing(vocabulary);
const ports = {
  serving: serving as Serving<unknown>,
  inference: uniformInference(serving),
} as unknown as PersonalPorts;
const model = {} as ModelFiles;
const asked = (phones: Parameters<typeof askPhones>[0]) => askPhones(phones, model, [ngramCache()], ports);

describe('weights of a mixture that are fitted to what came later', () => {
  it('are asked of parts that learned what phones train on, and nothing of what is held out', async () => {
    const train = ['see you', 'see you', 'see you at home'];
    const { names, parts, bins } = await asked([
      { train, heldOut: ['see you Netherfield'] },
      { train, heldOut: ['see you Netherfield'] },
    ]);
    expect(names).toEqual(['ngram-cache']);
    // Two questions a phone: nobody asks for what has no class.
    expect([bins.length, ...parts.map(part => part.length)]).toEqual([4, 4, 4]);
    const [global, own] = parts;
    expect([...global!]).toEqual(Array.from({ length: 4 }, () => Math.fround(1 / 4)));
    expect([...own!].every(probability => probability > 0.5)).toBe(true);
    expect([...own!.slice(0, 2)]).toEqual([...own!.slice(2)]);
    expect(bins.slice(0, 2)).toEqual(bins.slice(2));
  });

  it('are those of all phones together, at most 1 in each bin', async () => {
    const knows = await asked([
      { train: ['see you at home', 'see you at home'], heldOut: ['see you at home'] },
    ]);
    const errs = await asked([{ train: ['see you', 'see you'], heldOut: ['home home home', 'at at at at'] }]);
    const weightOf = (...phones: (typeof knows)[]) => priorFrom(phones, 7).weights['ngram-cache']!;
    expect(weightOf(knows)).toBeGreaterThan(0.9);
    expect(weightOf(errs)).toBeLessThan(0.3);
    expect(weightOf(knows, errs)).toBeGreaterThan(weightOf(errs));
    expect(weightOf(knows, errs)).toBeLessThan(weightOf(knows));
    const { bins, questions } = priorFrom([knows, errs], 7);
    expect(questions).toBe(7);
    expect(Object.keys(bins!)).toEqual([...new Set([...knows.bins, ...errs.bins])].sort());
  });

  it('of the keyboard are weights', () => {
    for (const each of [fittedPrior.weights, ...Object.values(fittedPrior.bins!)]) {
      expect(Object.values(each).every(weight => weight >= 0)).toBe(true);
      expect(Object.values(each).reduce((sum, weight) => sum + weight, 0)).toBeLessThanOrEqual(1);
    }
  });
});
