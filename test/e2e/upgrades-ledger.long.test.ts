import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leftBehind } from '../left-behind.ts';
import { command } from './kept-commands.ts';
import { upgradeHolds } from './ledger-upgrade.ts';

describe('a folder of a version between 0.2.0 and this one', () => {
  upgradeHolds('0.2.0-a3e480f6/folder', async folder => join(folder, 'state'));

  it('has a request log that is whole, with what became of predictions', async () => {
    const folder = await leftBehind('0.2.0-a3e480f6/folder');
    try {
      const log = join(folder, 'log');
      const checked = await command(['request-log', 'verify', log, '--json']);
      expect([checked.code, checked.errors]).toEqual([0, '']);
      const { output } = await command(['request-log', 'show', log, '--json', '--model', 'asked']);
      const events = output
        .trim()
        .split('\n')
        .map(line => JSON.parse(line));
      expect(events.filter(({ type }) => /response/.test(type))).toHaveLength(12);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
