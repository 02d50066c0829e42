import { contestants } from '@murmuration/studies/strategies/contestants';
import { run, schema } from '@murmuration/studies/strategies/strategies';
import { describe, expect, it } from 'vitest';

interface Course {
  readonly rounds: number | null;
  readonly best: number;
}

describe('the study of strategies', () => {
  it('runs every strategy by default', () => {
    expect(schema.parse({}).strategies).toEqual(Object.keys(contestants));
  });

  it('counts rounds to a target on both partitions, the same each time', async () => {
    const settings = {
      clients: 40,
      cohort: 7,
      rounds: 8,
      target: 0.3,
      hidden: 16,
      plan: { batchSize: 20, maxExamples: 100 },
      strategies: ['fedAvg', 'fedAvgM', 'krum'],
      heldOut: 300,
    };
    const options = { seed: 1, settings, log: () => {} };
    const { figures, table } = await run(options);
    const { twoDigits, dirichlet, published } = figures as unknown as {
      twoDigits: Record<string, Course>;
      dirichlet: Record<string, Course>;
      published: readonly { readonly sooner: string; readonly twoDigits: boolean }[];
    };
    for (const courses of [twoDigits, dirichlet])
      for (const { rounds, best } of Object.values(courses)) {
        expect(rounds === null).toBe(best < 0.3);
        expect(rounds ?? 1).toBeGreaterThanOrEqual(1);
      }
    expect(dirichlet.fedAvg!.rounds).not.toBeNull();
    // One client's update is no model of all digits where each knows two.
    expect(twoDigits.krum!.best).toBeLessThan(dirichlet.fedAvg!.best);
    expect(published.map(({ sooner }) => sooner)).toEqual(['fedAvgM', 'fedAvg']);
    expect(table[0]).toEqual(['strategy', 'twoDigits', 'dirichlet']);
    // Every strategy draws the same cohorts, whatever runs beside it, and a run is the same each time.
    const alone = await run({ ...options, settings: { ...settings, strategies: ['fedAvg'] } });
    expect(alone.figures).toMatchObject({
      twoDigits: { fedAvg: twoDigits.fedAvg },
      dirichlet: { fedAvg: dirichlet.fedAvg },
    });
  });
});
