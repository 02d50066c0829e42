import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf, isReached, stopReason } from '@murmuration/simulations/federation/stopping';
import { readAssignment, readSweep } from '@murmuration/tuning/command/assignments';
import { findScenario } from '@murmuration/tuning/command/catalogue';
import { meansOf } from '@murmuration/tuning/command/means';
import { runsAsked } from '@murmuration/tuning/command/runs-asked';
import { describe, expect, onTestFinished, test } from 'vitest';

describe('the command line', () => {
  test('reads settings as JSON, or as text', () => {
    expect(readAssignment('plan.epochs=5')).toEqual([{ path: 'plan.epochs', value: 5 }]);
    expect(readAssignment('strategy.name=fedAdam')).toEqual([{ path: 'strategy.name', value: 'fedAdam' }]);
    expect(readSweep('a.b=0.1,1')).toEqual([{ path: 'a.b', values: [0.1, 1] }]);
    expect(() => readAssignment('plan.epochs')).toThrow('plan.epochs=5');
  });

  test('asks for every variant with every value that is swept and every seed', () => {
    const asked = runsAsked(
      { variants: { iid: { a: 1 }, nonIid: { a: 2 } }, defaults: {} },
      [{ path: 'seed', value: 4 }],
      [{ path: 'b.c', values: [0.1, 1] }],
      2,
    );
    expect(asked.map(({ label }) => label)).toEqual([
      'iid, b.c=0.1, seed 4',
      'iid, b.c=0.1, seed 5',
      'iid, b.c=1, seed 4',
      'iid, b.c=1, seed 5',
      'nonIid, b.c=0.1, seed 4',
      'nonIid, b.c=0.1, seed 5',
      'nonIid, b.c=1, seed 4',
      'nonIid, b.c=1, seed 5',
    ]);
    expect(asked[1]!.settings).toEqual([{ a: 1 }, { seed: 4 }, { b: { c: 0.1 } }, { seed: 5 }]);
  });

  test('names the nearest scenario, and files that are not there', async () => {
    await expect(findScenario('clustres')).rejects.toThrow('Did you mean "clusters"?');
    await expect(findScenario('./none.scenario.ts')).rejects.toThrow('There is no scenario file');
    await expect(findScenario('clusters')).resolves.toMatchObject({ kind: 'federation' });
    await expect(findScenario('leak-audit')).resolves.toMatchObject({ kind: 'study' });
  });

  test('says what a scenario file lacks before anything runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-scenario-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const parts = {
      module: 'import.meta.url',
      name: '"mine"',
      shows: '"a line"',
      schema: '{}',
      ...Object.fromEntries(['data', 'model', 'objective', 'measure'].map(name => [name, '() => {}'])),
      metrics: '{ error: { unit: "number", better: "lower" } }',
    };
    let files = 0;
    const found = (other: Readonly<Record<string, string>>) => {
      const file = join(folder, `${files++}.scenario.mjs`);
      const all = Object.entries({ ...parts, ...other }).map(([name, value]) => `${name}: ${value},`);
      writeFileSync(file, `export default { ${all.join(' ')} };`);
      return findScenario(file);
    };
    await expect(found({})).resolves.toMatchObject({ kind: 'federation' });
    await expect(found({ metrics: '{ error: { unit: "squared", better: "lower" } }' })).rejects.toThrow(
      /metrics\.error\.unit.*"number".*"squared"/,
    );
    await expect(found({ module: 'undefined' })).rejects.toThrow('module: expected import.meta.url');
    await expect(found({ measure: '3' })).rejects.toThrow('measure: expected a function');
    await expect(found({ name: 'undefined' })).rejects.toThrow('name');
  });

  test('takes means of numbers, which are null where a run has none', () => {
    expect(
      meansOf([
        { a: 1, b: 2, c: 'x' },
        { a: 3, b: null, c: 'x' },
      ]),
    ).toEqual({ a: 2, b: null, c: 'x' });
    expect(meansOf([])).toEqual({});
  });
});

describe('a run ends', () => {
  const stop = { rounds: 10, target: { metric: 'accuracy', value: 0.9 }, after: 3_600_000 };
  const course = { rounds: 3, reachedAt: null };

  test.each([
    ['with its rounds', { rounds: 10, reachedAt: null }, 0, 'All 10 rounds'],
    ['at its target', { rounds: 3, reachedAt: 3 }, 0, 'reached 0.9 with round 3'],
    ['after its time', course, 3_600_000, '1.0 hours'],
  ])('%s', (_, at, elapsed, reason) => {
    expect(stopReason(stop, at, elapsed)).toContain(reason);
  });

  test('and goes on before', () => {
    expect(stopReason(stop, course, 3_599_999)).toBeUndefined();
  });

  test('as failed where every round failed, and says in which phase', () => {
    const failed = { outcome: 'failed', failure: { during: 'updates', reason: '2 of 5 devices.' } } as const;
    expect(failureOf([failed, failed])).toBe('All 2 rounds failed, the last one in updates: 2 of 5 devices.');
    expect(failureOf([failed, { outcome: 'published', failure: null }])).toBeUndefined();
    expect(failureOf([])).toBeUndefined();
  });

  test('a target is reached from the side on which the metric is better', () => {
    expect(isReached(stop.target, 'higher', { accuracy: 0.9 })).toBe(true);
    expect(isReached(stop.target, 'higher', { accuracy: 0.89 })).toBe(false);
    expect(isReached({ metric: 'loss', value: 1 }, 'lower', { loss: 0.5 })).toBe(true);
    expect(isReached({ metric: 'loss', value: 1 }, 'lower', { loss: 1.5 })).toBe(false);
    expect(isReached(stop.target, 'higher', {})).toBe(false);
  });
});
