import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import { logUniform, oneOf } from '@murmuration/simulations/space';
import { readSpace } from '@murmuration/simulations/spaces/space';
import { findingsOf } from '@murmuration/tuning/tuning/findings';
import { tunePage } from '@murmuration/tuning/tuning/page/tune-page';
import { tune } from '@murmuration/tuning/tuning/tune';
import type { Tuned } from '@murmuration/tuning/tuning/tuned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import watched from './watched-scenario.ts';

const folder = mkdtempSync(join(tmpdir(), 'murmuration-tune-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let tuned: Tuned;
beforeAll(async () => {
  const space = readSpace(
    {
      settings: { 'plan.learningRate': logUniform(0.01, 1), model: oneOf({ hidden: 4 }, { hidden: 8 }) },
      trials: 9,
      grid: 2,
      finals: 2,
    },
    'The space',
  );
  tuned = await tune(watched as unknown as Scenario, space, {
    called: 'watched',
    set: [],
    seed: 1,
    state: folder,
    workers: 0,
    signal: new AbortController().signal,
    progress: () => {},
  });
}, 600_000);

describe('the report of a search', () => {
  it('has the choice, the command, what mattered, curves, and every trial', () => {
    const page = tunePage(tuned);
    expect(page).toContain(tuned.command);
    for (const { name } of tuned.space.dimensions) expect(page).toContain(name);
    for (const trial of tuned.searches[0]!.trials.keys()) expect(page).toContain(`trial\u00a0${trial}`);
    for (const id of ['choice', 'mattered', 'effect-1', 'curves', 'final-curves', 'trial-curves', 'trials'])
      expect(page).toContain(`id="${id}"`);
    expect(page).toContain('functional ANOVA');
    expect(page).toContain('the best of the grid');
    // Nothing is loaded from anywhere.
    expect(page).not.toMatch(/(src|href)="(?!#|data:)/);
  });

  it('escapes what comes from settings, scenarios and failures', () => {
    const bad = '<img src=x onerror=alert(1)>';
    const settings = [{ path: bad, value: bad }];
    const trial = { ...tuned.proposed.trials[0]!, failure: bad, point: { settings, at: [0, 0] } };
    const proposed = { ...tuned.proposed, trials: tuned.proposed.trials.with(0, trial) };
    const page = tunePage({
      ...tuned,
      scenario: bad,
      shows: bad,
      metric: bad,
      command: bad,
      proposed,
      searches: [proposed],
      own: { ...tuned.own, name: bad, settings },
    });
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img');
  });

  it('says what there is to say of a search in which all failed', () => {
    const none = { mean: null, error: null, scores: [null, null], curve: [] };
    const failed = (name: string) => ({ ...none, name, settings: [] });
    const trials = tuned.proposed.trials
      .slice(0, 1)
      .map(trial => ({ ...trial, scores: [null], curve: [], failure: 'diverged' }));
    const judged = [{ trial: 0, score: null, error: null, behind: null }];
    const proposed = { ...tuned.proposed, trials, judged, final: failed('the choice'), grid: null };
    const all = { ...tuned, proposed, searches: [proposed], own: failed('own'), effects: [] };
    const page = tunePage(all);
    expect(page).toContain('diverged');
    expect(page).toContain('tell nothing of settings');
    expect(findingsOf(all, 1)).toMatchObject({ figures: { heldOut: { mean: null }, grid: null } });
  });

  it('is what the JSON says', () => {
    const { figures, table } = findingsOf(tuned, 1);
    expect(figures).toMatchObject({
      scenario: 'watched',
      cost: tuned.cost,
      grid: { points: 4, cost: 16, costShare: tuned.cost / 16, of: 1 },
    });
    expect(table.flat()).toContain(tuned.command);
  });
});
