import { taskOf } from '@murmuration/simulations/federation/task';
import { completeSettings, settingAt } from '@murmuration/simulations/scenario/complete-settings';
import { settingPaths } from '@murmuration/simulations/scenario/setting-paths';
import { settingsTable } from '@murmuration/tuning/command/settings-table';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';

const complete = (...given: object[]) => completeSettings(clusters, ...(given as never[]));

describe('settings of a scenario', () => {
  test('are the common defaults, under those of the scenario, under those that are given', () => {
    const settings = complete(
      settingAt('plan.epochs', 3),
      settingAt('stop.target', { metric: 'loss', value: 1 }),
    );
    expect(settings.plan).toMatchObject({ epochs: 3, learningRate: 0.1, batchSize: 10 });
    expect(settings.stop).toMatchObject({ rounds: 20, target: { metric: 'loss', value: 1 } });
    expect(settings.data.clients).toBe(100);
  });

  test('later ones go before earlier ones, field by field', () => {
    const settings = complete({ plan: { epochs: 3, batchSize: 5 } }, { plan: { epochs: 4 } });
    expect(settings.plan).toMatchObject({ epochs: 4, batchSize: 5 });
  });

  test.each([
    [
      'plan.learningRat',
      'The scenario clusters has no setting "plan.learningRat". Did you mean "plan.learningRate"?',
    ],
    ['strategy.learningRate', 'Did you mean "strategy.serverLearningRate"?'],
    ['data.client', 'Did you mean "data.clients"?'],
    ['stop.target.metrc', 'Did you mean "stop.target.metric"?'],
  ])('%s is refused with the nearest name', (path, sentence) => {
    expect(() => complete({ stop: { target: { metric: 'loss', value: 1 } } }, settingAt(path, 1))).toThrow(
      sentence,
    );
  });

  test('a value out of range is refused with what was found', () => {
    expect(() => complete(settingAt('plan.epochs', 0))).toThrow('plan.epochs');
  });

  test('a value in place of a list is refused with how a list is written', () => {
    const list = { name: 'list', schema: z.strictObject({ sizes: z.array(z.number()) }), defaults: {} };
    expect(() => completeSettings(list, settingAt('sizes', 5))).toThrow(
      "A list is written in brackets: --set 'sizes=[1, 2]'.",
    );
  });

  test('are listed with their defaults and what they may be', () => {
    const rows = new Map(settingsTable(clusters).map(([path, ...cells]) => [path, cells]));
    expect(rows.get('plan.epochs')).toEqual(['1', 'a whole number from 1 to 100']);
    expect(rows.get('stop.rounds')).toEqual(['20', 'a whole number from 1']);
    expect(rows.get('update.kind')).toEqual(['ring', 'ring, float32']);
    expect(rows.get('deadlines.updates')).toEqual(['1800000', 'ms, or a text such as "10 min"']);
    expect(rows.get('cohort.minimum')).toEqual(['none', 'a whole number from 1 to 1000000 or null for none']);
    expect(rows.get('adversaries.attack.kind')?.[1]).toContain('none or sign-flip');
    expect([...rows.keys()].slice(1)).toEqual(settingPaths(clusters.schema));
  });

  test('are called as in tasks', () => {
    const evaluator = { evaluate: async () => ({}), close: async () => {} } as never;
    const cohortOf = (cohort: object) => {
      const settings = complete({ cohort });
      return taskOf(clusters as never, settings, clusters.data(settings) as never, evaluator).cohort;
    };
    expect(cohortOf({ goal: 8, minimum: 7 })).toEqual({ goal: 8, minimum: 7, overSelection: 1 });
    expect(cohortOf({ goal: 8 })).toMatchObject({ minimum: 5 });
    expect(() => cohortOf({ goal: 8, minimum: 9 })).toThrow(
      'cohort.minimum must be at most cohort.goal (8), not 9.',
    );
  });

  test('lie at paths of sections, and of what is inside of them', () => {
    const paths = settingPaths(clusters.schema);
    expect(paths).toEqual(
      expect.arrayContaining([
        'seed',
        'plan.epochs',
        'stop.target.metric',
        'data.clients',
        'masking.enabled',
      ]),
    );
    expect(paths).not.toContain('plan');
  });
});
