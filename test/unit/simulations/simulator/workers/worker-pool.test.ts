import { type Thread, WorkerPool } from '@murmuration/simulations/workers/worker-pool';
import { describe, expect, it } from 'vitest';

/** A thread whose jobs end when a test says so. */
class FakeThread implements Thread {
  /** What it was given, in order, by the names that the tests give. */
  readonly given: string[] = [];
  readonly #ends: (() => void)[] = [];
  isDestroyed = false;

  run(job: { readonly draws: string }): Promise<unknown> {
    this.given.push(job.draws);
    return new Promise(resolve => this.#ends.push(() => resolve(`result of ${job.draws}`)));
  }

  /** Its oldest job is done. */
  async end(): Promise<void> {
    this.#ends.shift()!();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }

  async destroy(): Promise<void> {
    this.isDestroyed = true;
  }
}

function poolOf(count: number) {
  const threads = Array.from({ length: count }, () => new FakeThread());
  const pool = new WorkerPool(threads);
  const hand = (draws: string, due: number) => pool.run({ kind: 'train', draws } as never, { due });
  const step = (draws: string, thread?: number) =>
    pool.run({ kind: 'prepare', draws } as never, thread === undefined ? { due: 100 } : { due: 100, thread });
  return { threads: threads as [FakeThread, ...FakeThread[]], pool, hand, step };
}

describe('the pool of a run', () => {
  it('gives idle threads a job each before any gets a second one', () => {
    const { threads, hand } = poolOf(2);
    for (const name of ['a', 'b', 'c']) hand(name, 0);
    expect(threads.map(({ given }) => given)).toEqual([['a'], ['b']]);
  });

  it('keeps a job ahead for each thread as long as more wait than there are threads', async () => {
    const { threads, hand } = poolOf(2);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) hand(name, 0);
    expect(threads.map(({ given }) => given)).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    await threads[0].end();
    // Two wait for whichever thread is free first.
    expect(threads[0].given).toEqual(['a', 'c']);
    await threads[0].end();
    expect(threads[0].given).toEqual(['a', 'c', 'e']);
  });

  it('begins what is due first, of equals what was handed over first', async () => {
    const { threads, hand } = poolOf(1);
    hand('now', 5);
    hand('next', 5);
    hand('late', 30);
    const results = [hand('early', 10), hand('soon', 10)].map(({ result }) => result);
    expect(threads[0].given).toEqual(['now', 'next']);
    for (let i = 0; i < 5; i++) await threads[0].end();
    expect(threads[0].given).toEqual(['now', 'next', 'early', 'soon', 'late']);
    expect(await Promise.all(results)).toEqual(['result of early', 'result of soon']);
  });

  it('gives the only thread its last job as well while it does another', async () => {
    const { threads, hand } = poolOf(1);
    for (const name of ['a', 'b', 'c']) hand(name, 0);
    expect(threads[0].given).toEqual(['a', 'b']);
    await threads[0].end();
    expect(threads[0].given).toEqual(['a', 'b', 'c']);
  });

  it('hands a step over at once, however much is due before it, to the thread that has the least to do', async () => {
    const { threads, hand, step } = poolOf(2);
    for (const name of ['a', 'b', 'c', 'd', 'e']) hand(name, 0);
    expect(threads.map(({ given }) => given)).toEqual([['a', 'c'], ['b']]);
    for (const name of ['x', 'y', 'z']) step(name);
    expect(threads.map(({ given }) => given)).toEqual([
      ['a', 'c', 'y'],
      ['b', 'x', 'z'],
    ]);
  });

  it('counts no step for a job: a thread has one to go on with all the same', async () => {
    const { threads, hand, step } = poolOf(1);
    step('x');
    for (const name of ['a', 'b', 'c']) hand(name, 0);
    expect(threads[0].given).toEqual(['x', 'a', 'b']);
    // The step is done.
    await threads[0].end();
    expect(threads[0].given).toEqual(['x', 'a', 'b']);
  });

  it('gives steps that need one thread to that one alone, in their order', () => {
    const { threads, step } = poolOf(2);
    for (const name of ['a', 'b', 'c']) step(name, 1);
    expect(threads.map(({ given }) => given)).toEqual([[], ['a', 'b', 'c']]);
    expect(() => step('d', 2)).toThrow('There is no thread 2 of 2.');
  });

  it('takes a job out that no thread has begun', async () => {
    const { threads, hand } = poolOf(1);
    hand('a', 0);
    hand('b', 1);
    const gone = hand('c', 2);
    hand('d', 3);
    gone.cancel();
    for (let i = 0; i < 3; i++) await threads[0].end();
    expect(threads[0].given).toEqual(['a', 'b', 'd']);
  });

  it('holds masked rounds where the fewest are held', () => {
    const { pool } = poolOf(3);
    expect([pool.hold(), pool.hold(), pool.hold(), pool.hold()]).toEqual([0, 1, 2, 0]);
    pool.release(1);
    expect(pool.hold()).toBe(1);
  });

  it('tells of a thread that failed, and goes on with the next job', async () => {
    let runs = 0;
    const pool = new WorkerPool([
      {
        run: async () => {
          runs += 1;
          if (runs === 1) throw new Error('The thread has no memory left.');
          return 'done';
        },
        destroy: async () => {},
      } as Thread,
    ]);
    const job = { kind: 'engine' } as const;
    const [first, second] = [pool.run(job, { due: 0 }), pool.run(job, { due: 0 })];
    await expect(first.result).rejects.toThrow('The thread has no memory left.');
    expect(await second.result).toBe('done');
  });

  it('ends its threads', async () => {
    const { threads, pool } = poolOf(2);
    await pool.close();
    expect(threads.map(({ isDestroyed }) => isDestroyed)).toEqual([true, true]);
  });
});
