import { expect, test } from 'vitest';
import { attacks } from './all.ts';

test.each(attacks.map(attack => [attack.rule, attack.name, attack] as const))(
  '%s holds against %s, which succeeds without it',
  async (_, __, attack) => {
    const { held, succeedsWithoutRule } = await attack.run();
    expect(held).toBe(true);
    // Some have nothing to leave out: honest runs, and what is refused early.
    expect(succeedsWithoutRule).not.toBe(false);
  },
  120_000,
);
