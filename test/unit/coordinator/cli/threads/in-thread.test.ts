import { Worker } from 'node:worker_threads';
import { inThread } from '@murmuration/cli/threads/in-thread';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it, vi } from 'vitest';
import type work from './works.ts';
import type { Order } from './works.ts';

const ask = (what: Order['what'], clock = new VirtualClock(), counted: Int32Array = new Int32Array(1)) =>
  inThread<typeof work>(new URL('./works.ts', import.meta.url), { what, counted }, { clock });

describe('work in a thread of its own', () => {
  it('gives what it gives here, and leaves no timer', async () => {
    const clock = new VirtualClock();
    expect(await ask('add', clock, Int32Array.of(41))).toBe(42);
    expect(clock.pending).toBe(0);
  });

  it('throws what it throws', async () => {
    await expect(ask('refuse')).rejects.toMatchObject({ code: 'model.missing', detail: 'There is none.' });
    await expect(ask('fail')).rejects.toThrow('a mistake');
  });

  it('that spins ends after a minute, with its thread', async () => {
    const terminate = vi.spyOn(Worker.prototype, 'terminate');
    const clock = new VirtualClock();
    const counted = new Int32Array(new SharedArrayBuffer(4));
    const result = expect(ask('spin', clock, counted)).rejects.toMatchObject({
      code: 'model.unusable',
      detail: expect.stringMatching(/60000 ms/),
    });
    while (Atomics.load(counted, 0) === 0) await settled();
    await clock.advance(59_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    await result;
    expect(terminate).toHaveBeenCalledOnce();
    expect(await terminate.mock.results[0]!.value).toBe(1);
    terminate.mockRestore();
  });

  it.each(['exit', 'throw later'] as const)(
    'that breaks its thread (%s) is told from a mistake',
    async what => {
      await expect(ask(what)).rejects.toMatchObject({ code: 'model.unusable' });
    },
  );
});
