import type { Evaluator } from '@murmuration/rounds/evaluation/evaluator';
import { digitSetting } from '@murmuration/simulations/digits/setting';
import { taskOf } from '@murmuration/simulations/federation/task';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import byzantine from '@murmuration/tuning/scenarios/byzantine';
import compression from '@murmuration/tuning/scenarios/compression';
import dropout from '@murmuration/tuning/scenarios/dropout';
import mnist2nn from '@murmuration/tuning/scenarios/mnist-2nn';
import mnistCnn from '@murmuration/tuning/scenarios/mnist-cnn';
import stragglers from '@murmuration/tuning/scenarios/stragglers';
import { describe, expect, it } from 'vitest';
import { round } from '../../simulator/learning-curves/rounds.ts';

const scenarios = [mnist2nn, mnistCnn, dropout, stragglers, compression, byzantine].map(
  scenario => scenario as unknown as Scenario,
);
/** What runs of the same seed and partition have in common: to read and part 70,000 digits takes a quarter of a second. */
const known = new Map<string, ReturnType<typeof digitSetting.data>>();
function dataOf({ data }: Scenario, settings: Parameters<typeof digitSetting.data>[0]) {
  if (data !== (digitSetting.data as unknown)) return data(settings as never);
  const key = JSON.stringify([settings.seed, settings.data]);
  const made = known.get(key) ?? digitSetting.data(settings);
  known.set(key, made);
  return made;
}

const evaluator: Evaluator = { evaluate: async () => ({}), close: async () => {} };

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('kind' in value);

/** The newer settings go before. */
function merged(older: Plain, newer: Plain): Plain {
  const both = Object.entries(newer).map(([name, value]) => {
    const before = older[name];
    return [name, isPlain(before) && isPlain(value) ? merged(before, value) : value];
  });
  return { ...older, ...Object.fromEntries(both) };
}

describe.each(scenarios.map(scenario => [scenario.name, scenario] as const))(
  'each run of %s',
  (_, scenario) => {
    const runs = Object.entries(scenario.variants).map(
      ([name, change]) => [name, scenario.schema.parse(merged(scenario.defaults, change))] as const,
    );

    it.each(runs)('%s has settings, data and a task that go together, and figures', async (_, settings) => {
      const data = await dataOf(scenario, settings as never);
      expect(data.clients.length).toBe(100);
      expect(new Set(data.clients.flatMap(client => Array.from(client))).size).toBe(60_000);
      expect(data.heldOut.length).toBe(10_000);
      const { name } = taskOf(scenario, settings, data, evaluator);
      expect(name).toBe(scenario.name);
      const ended = [round(1), round(2)];
      const measured = [1, 2].map(number => ({
        round: number,
        metrics: { accuracy: 0.49 * number, loss: 1, backdoor: 0 },
      }));
      const figures = scenario.figures!(
        { clients: 100, measured, ended, rounds: 2, reachedAt: null },
        settings,
      );
      expect(figures.accuracy === null || typeof figures.accuracy === 'number').toBe(true);
    });

    it('differs from all others', () => {
      expect(new Set(runs.map(([, settings]) => JSON.stringify(settings))).size).toBe(runs.length);
    });
  },
);

describe('what is published beside mnist-2nn and mnist-cnn', () => {
  const published = (scenario: Scenario, change: Plain) =>
    scenario.published!(scenario.schema.parse(merged(scenario.defaults, change)));

  it.each([
    [mnist2nn, 0.97, 87, 664],
    [mnistCnn, 0.99, 20, 229],
  ])('is of the same split (McMahan et al. 2017, tables 1 and 2)', (given, target, iid, nonIid) => {
    const scenario = given as unknown as Scenario;
    const { variants } = scenario;
    expect(published(scenario, variants.iid!)).toMatchObject([{ target, rounds: iid }]);
    expect(published(scenario, variants.nonIid!)).toMatchObject([{ target, rounds: nonIid }]);
    const other = { data: { partition: { kind: 'dirichlet', clients: 100, alpha: 1 } } };
    expect(published(scenario, other)).toEqual([]);
  });
});
