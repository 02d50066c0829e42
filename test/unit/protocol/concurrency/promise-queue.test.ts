import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { describe, expect, it } from 'vitest';

describe('a queue of promises', () => {
  const step = () => {
    let end = () => {};
    const ended = new Promise<void>(resolve => {
      end = resolve;
    });
    return { ended, end };
  };

  it('starts one thing once the one before has ended', async () => {
    const queue = new PromiseQueue();
    const heard: string[] = [];
    const first = step();
    void queue.run(() => first.ended.then(() => heard.push('first')));
    const second = queue.run(() => {
      heard.push('second');
      return 2;
    });
    await Promise.resolve();
    expect(heard).toEqual([]);
    first.end();
    expect(await second).toBe(2);
    expect(heard).toEqual(['first', 'second']);
  });

  it('tells a failure to whoever asked, and goes on with the next', async () => {
    const queue = new PromiseQueue();
    const failed = queue.run(() => Promise.reject(new Error('no')));
    const thrown = queue.run(() => {
      throw new Error('never');
    });
    const next = queue.run(() => 'next');
    await expect(failed).rejects.toThrow('no');
    await expect(thrown).rejects.toThrow('never');
    expect(await next).toBe('next');
  });

  it('is idle once everything has ended, whether it failed or not', async () => {
    const queue = new PromiseQueue();
    const { ended, end } = step();
    let isIdle = false;
    queue.run(() => ended.then(() => Promise.reject(new Error('no')))).catch(() => {});
    const idle = queue.idle().then(() => {
      isIdle = true;
    });
    await Promise.resolve();
    expect(isIdle).toBe(false);
    end();
    await idle;
  });
});
