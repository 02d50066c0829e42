import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { watchSendRate } from '@murmuration/serving/limits/send-rate';
import { expect, it } from 'vitest';

/** An answer on a connection that took so many bytes, while so many wait. */
function answering() {
  const clock = new VirtualClock();
  const socket = { bytesWritten: 0, writableLength: 0 };
  const response = Object.assign(new EventEmitter(), { socket });
  let cut = 0;
  watchSendRate(
    response as unknown as ServerResponse,
    { slowest: 100, patience: 10_000 },
    4_000,
    clock,
    () => cut++,
  );
  return {
    clock,
    response,
    /** Sets how many bytes were read, and how many more wait. */
    read(bytes: number, waiting: number) {
      socket.writableLength = waiting;
      socket.bytesWritten = bytes + waiting;
    },
    cuts: () => cut,
  };
}

it('a reader that brings its blocks in time is let be, however long it takes', async () => {
  const { clock, response, read, cuts } = answering();
  for (let bytes = 0; bytes < 40_000; bytes += 4_000) {
    read(bytes + 4_000, 4_000);
    await clock.advance(40_000);
  }
  response.emit('finish');
  await clock.advance(100_000);
  expect(cuts()).toBe(0);
  expect(clock.pending).toBe(0);
});

it('a reader that takes less than a block in the time for one is cut off, once', async () => {
  const { clock, read, cuts } = answering();
  read(0, 4_000);
  await clock.advance(39_999);
  expect(cuts()).toBe(0);
  read(3_999, 1);
  await clock.advance(1);
  expect(cuts()).toBe(1);
  await clock.advance(1_000_000);
  expect(cuts()).toBe(1);
});

it('what is long in coming is not the reader’s fault', async () => {
  const { clock, response, read, cuts } = answering();
  read(0, 0);
  await clock.advance(400_000);
  expect(cuts()).toBe(0);
  // The stretch in which it came does not count.
  read(0, 4_000);
  await clock.advance(40_000);
  expect(cuts()).toBe(0);
  await clock.advance(40_000);
  expect(cuts()).toBe(1);
  response.emit('close');
  expect(clock.pending).toBe(0);
});
