import {
  appState,
  asyncStorage,
  deviceInfo,
  expoBattery,
  FederatedClient,
  type NetInfoStateLike,
  netInfo,
} from '@murmuration/client-sdk/react-native';
import { phoneConditions } from '@murmuration/client-sdk/react-native/conditions';
import { phonePlatform } from '@murmuration/client-sdk/react-native/platform';
import { requireRandom, requireUrl } from '@murmuration/client-sdk/react-native/requirements';
import { Wake } from '@murmuration/client-sdk/react-native/wake';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { asyncStorageOver, Disk } from '../../../react-native/stores.ts';

afterEach(() => vi.unstubAllGlobals());

describe('what a phone tells', () => {
  it.each([
    ['active', false],
    ['background', true],
    ['inactive', true],
    [null, undefined],
  ])('idle, of AppState %s: %s', async (currentState, idle) => {
    expect(await phoneConditions(appState({ currentState }))).toEqual(idle === undefined ? {} : { idle });
  });

  it.each([
    [0, {}],
    [1, { charging: false }],
    [2, { charging: true }],
    [3, { charging: true }],
  ])('power, of expo-battery’s %i: %o', async (state, told) => {
    expect(await phoneConditions(expoBattery({ getBatteryStateAsync: async () => state }))).toEqual(told);
  });

  it('power and room, of device-info: the room rounded down to a power of two', async () => {
    const info = (bytes: number) =>
      deviceInfo({ isBatteryCharging: async () => true, getFreeDiskStorage: async () => bytes });
    expect(await phoneConditions(info(3_000 * 2 ** 20))).toEqual({ charging: true, freeMiB: 2_048 });
    expect(await phoneConditions(info(2 ** 19))).toEqual({ charging: true, freeMiB: 0 });
    expect(await phoneConditions(info(-1))).toEqual({ charging: true });
  });

  const network = (state: NetInfoStateLike) => {
    const listeners = new Set<(state: NetInfoStateLike) => void>();
    const info = {
      fetch: async () => state,
      addEventListener(listener: (state: NetInfoStateLike) => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    const become = (next: NetInfoStateLike) => {
      for (const hear of listeners) hear(next);
    };
    return { ...netInfo(info), become };
  };

  it.each([
    [{ type: 'wifi', isConnected: true, details: { isConnectionExpensive: false } }, { unmetered: true }],
    [{ type: 'wifi', isConnected: true, details: { isConnectionExpensive: true } }, { unmetered: false }],
    [{ type: 'cellular', isConnected: true, details: {} }, { unmetered: false }],
    [{ type: 'vpn', isConnected: true }, { unmetered: false }],
    [{ type: 'ethernet', isConnected: true, details: null }, { unmetered: true }],
    [{ type: 'none', isConnected: false, details: null }, {}],
    [{ type: 'unknown', isConnected: null, details: null }, {}],
  ])('the network, of netinfo’s %o: %o', async (state, told) => {
    expect(await phoneConditions(network(state))).toEqual(told);
  });

  it('that it is back on a network, once each time', () => {
    const info = network({ type: 'wifi', isConnected: true });
    const wake = vi.fn();
    const stop = info.online!(wake);
    const become = (isConnected: boolean | null) => info.become({ type: 'wifi', isConnected });
    for (const isConnected of [true, true, false, null, true, true]) become(isConnected);
    expect(wake).toHaveBeenCalledTimes(1);
    stop();
    for (const isConnected of [false, true]) become(isConnected);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  it('without what fails', async () => {
    const fails = () => Promise.reject(new Error('no permission'));
    expect(await phoneConditions({ idle: fails, charging: () => true, unmetered: () => undefined })).toEqual({
      charging: true,
    });
  });
});

describe('a wake', () => {
  it('lasts for rounds where it may train, in steps of ten seconds', async () => {
    const clock = new VirtualClock();
    const wake = new Wake(clock, { deadlineMs: 125_000, processing: true });
    expect(wake.conditions()).toEqual({ awake: 120_000 });
    await clock.advance(100_000);
    expect(wake.conditions()).toEqual({ awake: 20_000 });
    await clock.advance(100_000);
    expect(wake.conditions()).toEqual({ awake: 0 });
    expect(new Wake(clock, { deadlineMs: 30_000 }).conditions()).toEqual({ awake: 0 });
  });
});

describe('what an app lacks is named', () => {
  it('random numbers', () => {
    vi.stubGlobal('crypto', undefined);
    expect(() => requireRandom(undefined)).toThrow(/react-native-get-random-values.*expo-crypto/);
    vi.stubGlobal('crypto', {});
    expect(() => requireRandom(undefined)).toThrow(expect.objectContaining({ code: 'options.invalid' }));
  });

  it('random numbers that are none', () => {
    expect(() => requireRandom(() => {})(32)).toThrow(/zeros/);
    const calls: number[] = [];
    const random = requireRandom(bytes => void calls.push(bytes.fill(5).length));
    expect(random(100_000)).toEqual(new Uint8Array(100_000).fill(5));
    expect(calls).toEqual([65_536, 34_464]);
    expect(requireRandom(undefined)(32)).toHaveLength(32);
  });

  it('a URL that reads addresses', () => {
    requireUrl();
    vi.stubGlobal(
      'URL',
      class {
        get href(): string {
          throw new Error('URL.href is not implemented');
        }
      },
    );
    expect(requireUrl).toThrow(/react-native-url-polyfill/);
    vi.stubGlobal('URL', undefined);
    expect(requireUrl).toThrow(expect.objectContaining({ code: 'options.invalid' }));
  });

  it('a trainer', () => {
    const storage = asyncStorage(asyncStorageOver(new Disk()), 'no trainer');
    const tasks = { line: { examples: () => [1], trainer: new URL('file:///objective.js') } };
    const options = { url: 'https://learn.example.org', tasks, storage, enrolment: 'token' };
    expect(() => new FederatedClient(options, { os: 'ios' })).toThrow(/train and close/);
  });

  it('a deadline', async () => {
    const storage = asyncStorage(asyncStorageOver(new Disk()), 'no deadline');
    const options = { url: 'https://learn.example.org', tasks: {}, storage, enrolment: 'token' };
    const client = new FederatedClient(options, { os: 'ios' });
    for (const deadlineMs of [0, Number.NaN, Infinity, '30' as never])
      await expect(client.runInBackground({ deadlineMs })).rejects.toMatchObject({ code: 'options.invalid' });
  });
});

it.each([
  ['android', 'android'],
  ['ios', 'ios'],
  ['windows', 'other'],
])('%s is %s for the coordinator', (os, name) => {
  expect(phonePlatform({ os }, { current: undefined }).name).toBe(name);
});
