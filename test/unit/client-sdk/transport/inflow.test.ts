import { Inflow } from '@murmuration/client-sdk/transport/inflow';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';

/** Frames over sockets: an event is two, of which the first is its name. */
function brings(inflow: Inflow, events: number, length: number): boolean {
  let isTaken = true;
  for (let event = 0; event < events; event++) {
    isTaken &&= inflow.take(60);
    isTaken &&= inflow.take(length);
  }
  return isTaken;
}

/** Assignment, roster, bundle, survivors, agreed, round-end. */
const ofRound = 6;

describe('CH10: what a device takes of its coordinator', () => {
  it('has room for three masked rounds in a row whose frames are all as long as a frame can be', () => {
    const inflow = new Inflow(new VirtualClock());
    // The assignment and the end of a round are short.
    for (let round = 0; round < 3; round++) expect(brings(inflow, ofRound - 1, maxFrameLength)).toBe(true);
  });

  it('has room for the end of a restart with fifty tasks, each in a round, and with what it is to serve', () => {
    const inflow = new Inflow(new VirtualClock());
    expect(brings(inflow, 50 * (ofRound + 2), 40_000)).toBe(true);
  });

  it('has room for rounds without an end, of four tasks that each check in as soon as they may', async () => {
    const clock = new VirtualClock();
    const inflow = new Inflow(clock);
    for (let minute = 0; minute < 60_000; minute += 500) {
      expect(brings(inflow, 4 * ofRound + 4, 12_000)).toBe(true);
      await clock.advance(500);
    }
  });

  it('is so many frames, and so many a second from then on', async () => {
    const clock = new VirtualClock();
    const inflow = new Inflow(clock);
    const taken = (length: number) => {
      let count = 0;
      while (inflow.take(length)) count += 1;
      return count;
    };
    expect(taken(1)).toBe(1_024);
    await clock.advance(1_000);
    expect(taken(1)).toBe(128);
    await clock.advance(3_600_000);
    expect(taken(1)).toBe(1_024);
    // Bytes are bounded as well.
    await clock.advance(3_600_000);
    expect(taken(maxFrameLength)).toBe(16);
    await clock.advance(2_000);
    expect(taken(maxFrameLength)).toBe(2);
    // One that is longer than anything may be leaves no debt.
    expect(inflow.take(1 << 30)).toBe(false);
    await clock.advance(1_000);
    expect(taken(maxFrameLength)).toBe(1);
  });

  it('outlives a clock that is set back', () => {
    let time = 1_000_000;
    const inflow = new Inflow({ now: () => time, at: () => () => {} });
    while (inflow.take(1));
    time = 0;
    let taken = 0;
    while (inflow.take(1)) taken += 1;
    // As at first, and not once more.
    expect(taken).toBe(1_024);
    time = 1_000;
    expect(inflow.take(1)).toBe(true);
  });
});
