import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { noisingOf } from '@murmuration/privacy/mechanisms/mechanism';
import { dialogue } from '@murmuration/simulations/data/dialogue';
import { smsText } from '@murmuration/simulations/data/sms';
import { cohortNoise } from '@murmuration/studies/next-word/cohort-noise';
import { privateFindings } from '@murmuration/studies/next-word/keyboard';
import { measurePrivate } from '@murmuration/studies/next-word/private-table';
import { keyboardTableSettings } from '@murmuration/studies/next-word/settings';
import { describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';
import { covarianceOf, wrongNoise } from '../../../privacy/mechanisms/measured.ts';
import { seedOf } from '../../../privacy/mechanisms/seeds.ts';

const bisr = { kind: 'bisr', bands: 4 } as const;

/** The noise of six rounds in the mean of 20 devices whose longest update is 3, as a federation with a z of 0.5 asks for it. */
async function meanNoise(noiseMultiplier: number, cohort: number): Promise<Float64Array[]> {
  const maker = cohortNoise({ shared: bisr, noiseMultiplier, cohort }, { own: 0.5, simulated: 20 });
  const rounds: Float64Array[] = [];
  for (let step = 0; step < 6; step++) {
    const { noise } = await maker.make(
      {
        noise: { kind: 'bisr', bands: 1 },
        seeds: new Map([[step, seedOf(step)]]),
        step,
        stddev: 0.5 * 3,
        count: 60_000,
        remembered: { step: 0, memory: undefined },
      },
      new AbortController().signal,
    );
    rounds.push(Float64Array.from(noise, value => value / 20));
  }
  return rounds;
}

describe('the noise of a cohort that is not there', () => {
  it('is that of its mean, shared by rounds as accounted for', async () => {
    const expected = covarianceOf(noisingOf(bisr, 6), (8 * 3) / 6_500);
    expect(wrongNoise(await meanNoise(8, 6_500), expected)).toEqual([]);
    // Planted: 5 % less noise, and that of the simulated cohort.
    expect(wrongNoise(await meanNoise(0.95 * 8, 6_500), expected)).not.toEqual([]);
    expect(wrongNoise(await meanNoise(8, 20), expected)).not.toEqual([]);
  });
});

describe('recall against ε', () => {
  const phones = smsText()
    .phones.slice(0, 5)
    .map(({ train, heldOut }) => ({ train: train.slice(0, 20), heldOut: heldOut.slice(0, 4) }));
  const { words } = mostFrequentWords(
    phones.flatMap(({ train }) => train),
    100,
  );
  const settings = (privacy: object) =>
    keyboardTableSettings.parse({
      model: { vocabulary: 100, embedding: 8, gru: 8, dropout: 0 },
      pretraining: { epochs: 1, negatives: 20 },
      federated: { negatives: 20 },
      privacy: { rounds: 2, simulated: 4, ...privacy },
    });
  const measure = (privacy: object) => {
    const complete = settings(privacy);
    return measurePrivate({
      phones,
      words,
      publicText: dialogue().slice(0, 100),
      settings: complete,
      privacy: complete.privacy!,
      threads: 1,
      log() {},
    });
  };

  it('has as much noise as each ε takes, and says for whom that is accounted', async () => {
    const table = await measure({ epsilons: [1, 10, null], population: 10_000, cohort: 5_000 });
    const [one, ten, none] = table.rows;
    expect(one!.noiseMultiplier).toBeGreaterThan(3 * ten!.noiseMultiplier);
    expect(none!.noiseMultiplier).toBe(0);
    expect(table).toMatchObject({ separation: 2, participations: 1 });
    for (const { recall } of table.rows) expect(recall.words).toBe(table.pretrained.words);
    const complete = settings({ population: 10_000, cohort: 5_000 });
    const { figures, table: rows } = privateFindings(table, complete.privacy!, { settings: complete });
    expect(rows[0]![0]).toContain(
      '10,000 phones and cohorts of 5,000, whose noise is added to the mean of 4 simulated',
    );
    expect(rows.map(([name]) => name).slice(1)).toEqual([
      "before the phones' text",
      'ε = 1',
      'ε = 10',
      'ε = ∞',
    ]);
    expect(figures).toMatchObject({
      accounting: { delta: 1e-7, population: 10_000, cohort: 5_000, rounds: 2 },
      simulated: 4,
      private: [{ epsilon: 1 }, { epsilon: 10 }, { epsilon: null, noiseMultiplier: 0 }],
    });
  });

  it('is accounted for a million phones and cohorts of 6,500 unless told otherwise, at ε of 1, 4, 10 and none', () => {
    expect(settings({}).privacy).toMatchObject({
      epsilons: [1, 4, 10, null],
      population: 1_000_000,
      cohort: 6_500,
    });
  });

  it('refuses a cohort that no population has', async () => {
    expect(await codeOfPromise(measure({ population: 10, cohort: 11 }))).toBe('config.invalid');
  });
});
