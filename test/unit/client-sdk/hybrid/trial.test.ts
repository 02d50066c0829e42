import { Worker } from 'node:worker_threads';
import { trials } from '@murmuration/client-sdk/hybrid/trial';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';
import { good, hostile } from '../../../attacks/device/models.ts';

describe('a trial of a model in a thread of its own', () => {
  it('tells what can be built from what cannot', async () => {
    const tried = trials(new VirtualClock());
    await tried(good);
    await expect(tried(hostile)).rejects.toMatchObject({
      code: 'model.unusable',
      detail: expect.stringMatching(/wait for one another/),
    });
  });

  it('ends after a minute, with its thread, and begins again for the next', async () => {
    const clock = new VirtualClock();
    const spawned: Worker[] = [];
    const tried = trials(clock, () => {
      const worker = new Worker('for (;;);', { eval: true });
      spawned.push(worker);
      return worker;
    });
    const result = expect(tried(good)).rejects.toMatchObject({ code: 'model.unusable' });
    await clock.advance(60_000);
    await result;
    expect(spawned[0]!.threadId).toBe(-1);
    const again = expect(tried(good)).rejects.toMatchObject({ code: 'model.unusable' });
    await clock.advance(60_000);
    await again;
    expect(spawned).toHaveLength(2);
  });
});
