import { nextTask } from '@murmuration/protocol/concurrency/next-task';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the next task', () => {
  it('comes after what waits for the thread', async () => {
    const happened: string[] = [];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => happened.push('message');
    port2.postMessage(null);
    await nextTask();
    expect(happened).toEqual(['message']);
    port1.close();
  });

  it('begins at once on a platform that has no such turns', async () => {
    vi.stubGlobal('MessageChannel', undefined);
    await expect(nextTask()).resolves.toBeUndefined();
  });
});
