import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { sourceOptions } from '../../../../scripts/prepare.mjs';

/** The most bytes of buffers in a process of the small profile that makes 80 MB of them, after each of which something of a round happens. */
function mostBytes(collects: boolean): number {
  const program = `
    import { EventEmitter } from 'node:events';
    import { applyProfile } from '@murmuration/cli/serve/profile';
    import { collectBuffers } from '@murmuration/cli/serve/collect-buffers';
    applyProfile('small');
    const events = new EventEmitter();
    if (${collects}) collectBuffers(events);
    // As long as an update waits to be durable.
    const waiting = [];
    let most = 0;
    for (let i = 0; i < 200; i++) {
      waiting.push(new Uint8Array(400_000));
      if (waiting.length > 4) waiting.shift();
      events.emit(i % 2 === 0 ? 'round' : 'unmasking');
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    console.log(most);`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...sourceOptions, '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  expect(stdout, stderr).toMatch(/^\d+\n$/);
  return Number(stdout);
}

it('frees the buffers of a round soon after they were used', () => {
  expect(mostBytes(true)).toBeLessThan(10e6);
  expect(mostBytes(false)).toBeGreaterThan(20e6);
});
