import { getEventListeners } from 'node:events';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { takePartFor } from '@murmuration/client-sdk/react-native/background';
import { phonePlatform } from '@murmuration/client-sdk/react-native/platform';
import { awaited, Wake } from '@murmuration/client-sdk/react-native/wake';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Transport, TransportListener } from '@murmuration/client-sdk/transport/transport';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';

/** A client whose transport does what a test says, in a wake of 30 s. */
function scene(consent: 'asked' | 'not-needed' = 'not-needed', signal = new AbortController().signal) {
  const clock = new VirtualClock();
  const options = { deadlineMs: 30_000, signal };
  const wake = new Wake(clock, options);
  let listener: TransportListener | undefined;
  let download: (bytes: Uint8Array) => void = () => {};
  const transport: Transport = {
    open(given) {
      listener = given;
    },
    close() {
      listener = undefined;
    },
    request: () => new Promise(() => {}),
    download: () =>
      new Promise(resolve => {
        download = resolve;
      }),
    upload: async () => {},
  };
  const carried = awaited(transport, () => wake);
  const platform = { ...phonePlatform({ os: 'ios' }, { current: wake }), clock, transport: () => carried };
  const client = new PlatformClient(
    { url: 'https://learn.example.org', tasks: {}, storage: memoryStorage(), enrolment: 'token', consent },
    platform,
  );
  const result = takePartFor(client, clock, options, wake);
  return {
    clock,
    client,
    result,
    listener: () =>
      expect
        .poll(() => listener)
        .toBeDefined()
        .then(() => listener!),
    /** A transfer that ends when it is told to. */
    transfer() {
      void carried.download('/model', 1, new AbortController().signal);
      return () => download(new Uint8Array(1));
    },
    isOpen: () => listener !== undefined,
  };
}

describe('a wake in the background', () => {
  it('is over a moment after nothing is expected any more, and not before a download has ended', async () => {
    const { clock, client, result, listener, transfer, isOpen } = scene();
    const transport = await listener();
    const end = transfer();
    transport.resting!();
    await clock.advance(10_000);
    expect(client.state.state).toBe('resting');
    end();
    await clock.advance(500);
    expect(isOpen()).toBe(true);
    await clock.advance(500);
    expect(await result).toMatchObject({ ended: 'done' });
    expect(isOpen()).toBe(false);
  });

  it('goes on where something comes in between', async () => {
    const { clock, result, listener, isOpen } = scene();
    const transport = await listener();
    transport.resting!();
    await clock.advance(900);
    transport.connecting!();
    await clock.advance(10_000);
    expect(isOpen()).toBe(true);
    transport.resting!();
    await clock.advance(1_000);
    expect(await result).toMatchObject({ ended: 'done' });
  });

  it('is over before its time is, whatever is under way', async () => {
    const { clock, result, listener, transfer, isOpen } = scene();
    await listener();
    transfer();
    await clock.advance(26_999);
    expect(isOpen()).toBe(true);
    await clock.advance(1);
    expect(await result).toMatchObject({ ended: 'deadline' });
    expect(isOpen()).toBe(false);
  });

  it('is over at once when the system takes its time back, and leaves nothing behind', async () => {
    const stop = new AbortController();
    const { clock, result, listener, transfer, isOpen } = scene('not-needed', stop.signal);
    await listener();
    transfer();
    await clock.advance(5_000);
    expect(isOpen()).toBe(true);
    stop.abort();
    await clock.advance(0);
    expect(await result).toMatchObject({ ended: 'deadline' });
    expect([isOpen(), clock.pending, getEventListeners(stop.signal, 'abort').length]).toEqual([false, 0, 0]);
  });

  it('goes on where the coordinator is tried again in time, and is over where it is not', async () => {
    const { clock, result, listener, isOpen } = scene();
    const transport = await listener();
    transport.failed!(clock.now() + 2_000);
    await clock.advance(2_000);
    expect(isOpen()).toBe(true);
    transport.failed!(clock.now() + 28_000);
    expect(await result).toMatchObject({ ended: 'unreachable' });
  });

  it('has nothing to do without consent', async () => {
    const { result } = scene('asked');
    expect(await result).toEqual({ ended: 'off', modelBytes: 0, contributions: 0, reasons: {} });
  });
});
