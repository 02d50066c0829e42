import { Stopwatch } from '@murmuration/protocol/time/stopwatch';
import { beforeEach, describe, expect, it } from 'vitest';

let now: number;
let stopwatch: Stopwatch;

beforeEach(() => {
  now = 100;
  stopwatch = new Stopwatch(() => now);
});

/** Something under way until it is ended. */
function underWay() {
  let end = () => {};
  const work = stopwatch.during(
    () =>
      new Promise<void>(resolve => {
        end = resolve;
      }),
  );
  return async () => {
    end();
    await work;
  };
}

describe('a stopwatch', () => {
  it('counts what is under way at the same time once', async () => {
    const first = underWay();
    now += 3;
    const second = underWay();
    now += 4;
    await first();
    now += 5;
    expect(stopwatch.sum).toBe(0);
    await second();
    expect(stopwatch.sum).toBe(12);
  });

  it('counts nothing in between', async () => {
    const first = underWay();
    now += 3;
    await first();
    now += 50;
    const second = underWay();
    now += 4;
    await second();
    expect(stopwatch.sum).toBe(7);
  });

  it('counts what fails, and tells of it', async () => {
    const failing = stopwatch.during(async () => {
      now += 2;
      throw new Error('No memory is left.');
    });
    await expect(failing).rejects.toThrow('No memory is left.');
    expect(stopwatch.sum).toBe(2);
  });

  it('takes a clock that was set back for one that stood still', async () => {
    const first = underWay();
    now -= 60;
    await first();
    const second = underWay();
    now += 1;
    await second();
    expect(stopwatch.sum).toBe(1);
  });
});
