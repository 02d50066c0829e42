import { inTurns } from '@murmuration/client-sdk/hybrid/turns';
import { describe, expect, it } from 'vitest';

describe('work on many examples', () => {
  it('is done on each, in order, and others of the thread have their turns', async () => {
    const examples = Array.from({ length: 1_000 }, (_, i) => i);
    const done: unknown[] = [];
    const seen: number[] = [];
    let working = true;
    const other = async () => {
      while (working) {
        seen.push(done.length);
        await new Promise(resolve => setImmediate(resolve));
      }
    };
    const watching = other();
    await inTurns(examples, new AbortController().signal, example => done.push(example));
    working = false;
    await watching;
    expect(done).toEqual(examples);
    expect(new Set(seen).size).toBeGreaterThan(3);
  });

  it('ends where it is stopped', async () => {
    const stop = new AbortController();
    const done: unknown[] = [];
    const work = inTurns(new Array(1_000).fill(0), stop.signal, () => {
      if (done.push(0) === 150) stop.abort(new Error('stopped'));
    });
    await expect(work).rejects.toThrow('stopped');
    expect(done.length).toBeLessThan(300);
  });
});
