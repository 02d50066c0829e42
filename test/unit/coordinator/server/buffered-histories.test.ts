import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histories, settings } from '../../../faults/histories/operations.ts';
import { play } from '../../../faults/histories/play.ts';

const passages = 60;

describe('any history of an asynchronous task', () => {
  const count = 40;
  const played = fc.sample(fc.tuple(settings('buffered'), histories(passages)), {
    numRuns: count,
    seed: 2026,
  });
  const outcomes = new Set<string>();
  let published = 0;

  it('counts each assignment once, in one version, loses none that was acknowledged, and leaves no timer behind', async () => {
    for (const [setting, history] of played) {
      const outcome = await play(setting, history);
      for (const each of outcome.outcomes) outcomes.add(each);
      published += outcome.published;
    }
  });

  it('gets far enough for that to mean something', () => {
    expect([...outcomes].sort()).toEqual(expect.arrayContaining(['failed during updates', 'published']));
    expect(published).toBeGreaterThan(3 * count);
  });
});
