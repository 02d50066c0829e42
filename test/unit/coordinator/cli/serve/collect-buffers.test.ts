import { expect, it } from 'vitest';
import { printedNumber } from './printed-number.ts';

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
  return printedNumber(program);
}

it('frees the buffers of a round soon after they were used', () => {
  expect(mostBytes(true)).toBeLessThan(10e6);
  expect(mostBytes(false)).toBeGreaterThan(20e6);
});

/** How many bytes of objects more than before a process of the small profile has at most, which makes 200 batches of them, each of use for a while. */
function mostHeap(collects: boolean): number {
  const program = `
    import { EventEmitter } from 'node:events';
    import { setImmediate as turn } from 'node:timers/promises';
    import { applyProfile } from '@murmuration/cli/serve/profile';
    import { collectBuffers } from '@murmuration/cli/serve/collect-buffers';
    applyProfile('small');
    // As much as a coordinator has loaded.
    const kept = Array.from({ length: 400_000 }, (_, i) => ({ at: [i, i + 1] }));
    if (${collects}) collectBuffers(new EventEmitter());
    const before = process.memoryUsage().heapUsed;
    const waiting = [];
    let most = 0;
    for (let i = 0; i < 200; i++) {
      waiting.push(Array.from({ length: 2_000 }, (_, j) => ({ at: [i, j] })));
      if (waiting.length > 12) waiting.shift();
      await turn();
      most = Math.max(most, process.memoryUsage().heapUsed);
    }
    console.log(kept.length > 0 && most - before);`;
  return printedNumber(program);
}

it('collects the objects of messages soon after they were used, where no request comes', () => {
  expect(mostHeap(true)).toBeLessThan(10e6);
  expect(mostHeap(false)).toBeGreaterThan(12e6);
});
