import { Throttle } from '@murmuration/coordinator/live/throttle';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const interval = 200;

function open() {
  const clock = new VirtualClock();
  const start = clock.now();
  const beats: number[] = [];
  const pulse = new Throttle(clock, interval, () => beats.push(clock.now() - start));
  return { clock, pulse, beats };
}

describe('a pulse', () => {
  it('beats at once, and once for all that was asked for meanwhile', async () => {
    const { clock, pulse, beats } = open();
    for (let i = 0; i < 100; i++) pulse.ask();
    expect(beats).toEqual([]);
    await clock.advance(0);
    expect(beats).toEqual([0]);
    await clock.advance(10);
    for (let i = 0; i < 100; i++) pulse.ask();
    await clock.advance(189);
    expect(beats).toEqual([0]);
    await clock.advance(1);
    expect(beats).toEqual([0, 200]);
    await clock.advance(10_000);
    expect(beats).toEqual([0, 200]);
    pulse.ask();
    await clock.advance(0);
    expect(beats).toEqual([0, 200, 10_200]);
  });

  it('beats five times a second at most, and after the last time that it was asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(500), { minLength: 1, maxLength: 50 }), async pauses => {
        const { clock, pulse, beats } = open();
        let at = 0;
        for (const pause of pauses) {
          await clock.advance(pause);
          at += pause;
          pulse.ask();
        }
        await clock.advance(interval);
        for (const [i, beat] of beats.entries())
          if (i > 0) expect(beat - beats[i - 1]!).toBeGreaterThanOrEqual(interval);
        expect(beats.at(-1)).toBeGreaterThanOrEqual(at);
      }),
    );
  });

  it('stops for good', async () => {
    const { clock, pulse, beats } = open();
    pulse.ask();
    pulse.close();
    pulse.ask();
    await clock.advance(1_000);
    expect(beats).toEqual([]);
  });
});
