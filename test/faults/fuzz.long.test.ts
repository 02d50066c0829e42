import { describe, expect, it } from 'vitest';
import { run } from './fuzz/fuzz.ts';

describe('a coordinator under fuzz', () => {
  // `npm run faults -- fuzz` sends more, with other seeds.
  it('goes on with its rounds, and refuses with codes', async () => {
    const said: string[] = [];
    const { figures, failed } = await run({
      json: true,
      args: ['--messages', '2000', '--seed', '1'],
      log: line => said.push(line),
    });
    expect(figures, said.join('\n')).toMatchObject({
      crashes: 0,
      healthyRoundsFailed: 0,
      uncodedRefusals: 0,
      unanswered: 0,
      faults: 0,
    });
    expect(failed).toBe(false);
    expect(figures.decodedShare).toBeGreaterThan(0.3);
  });
});
