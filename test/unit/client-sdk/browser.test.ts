import { FederatedClient, indexedDbStorage, workerTrainer } from '@murmuration/client-sdk/browser';
import { browserConditions, browserSpares } from '@murmuration/client-sdk/device/browser-conditions';
import { browserMemoryLimit } from '@murmuration/client-sdk/device/browser-memory';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

describe('the browser entry on a server that renders pages', () => {
  it('gives a client, and touches nothing of a browser before it starts', () => {
    const client = new FederatedClient({
      url: 'https://learn.example.org',
      tasks: { keyboard: { examples: () => [], trainer: workerTrainer(() => new Worker('/worker.js')) } },
      storage: indexedDbStorage('keyboard'),
      enrolment: 'token',
      consent: 'not-needed',
    });
    expect(client.on('role', () => {})).toBeTypeOf('function');
  });

  it('says that the page cannot keep its tabs apart where there are no locks', async () => {
    vi.stubGlobal('navigator', {});
    const { signal } = new AbortController();
    await expect(indexedDbStorage('a').claim!(signal)).rejects.toMatchObject({ code: 'device.insecure' });
  });
});

describe('a device is spared', () => {
  const battery = (charging: boolean, level: number) => ({ getBattery: async () => ({ charging, level }) });

  it.each([
    ['where the person saves data', { connection: { saveData: true } }, 'the person saves data'],
    ['on a low battery', battery(false, 0.19), 'the battery is low'],
    ['not where that charges', battery(true, 0.05), undefined],
    ['not on one that is full enough', battery(false, 0.2), undefined],
    [
      'not where the browser keeps that to itself',
      { getBattery: () => Promise.reject(new Error()) },
      undefined,
    ],
    ['not where it tells nothing', {}, undefined],
    ['not without a browser', undefined, undefined],
  ])('%s', async (_, navigator, expected) => {
    vi.stubGlobal('navigator', navigator);
    expect(await browserSpares()).toBe(expected);
  });
});

describe('what a browser tells of its device', () => {
  it.each([
    ['a quarter of its memory', { deviceMemory: 2 }, 2 ** 29],
    ['of a small one as well', { deviceMemory: 0.25 }, 2 ** 26],
    ['no limit where it tells nothing', {}, undefined],
    ['no limit without a browser', undefined, undefined],
  ])('gives training %s', (_, navigator, limit) => {
    vi.stubGlobal('navigator', navigator);
    expect(browserMemoryLimit()).toBe(limit);
  });

  it.each([
    ['nothing where it tells nothing', undefined, undefined, {}],
    [
      'no network that is metered by the person',
      { connection: { saveData: true, type: 'wifi' } },
      undefined,
      { unmetered: false },
    ],
    ['a mobile network', { connection: { type: 'cellular' } }, undefined, { unmetered: false }],
    ['Wi-Fi', { connection: { saveData: false, type: 'wifi' } }, undefined, { unmetered: true }],
    ['a network of unknown kind', { connection: { saveData: false, effectiveType: '4g' } }, undefined, {}],
    ['the battery', { getBattery: async () => ({ charging: false }) }, undefined, { charging: false }],
    ['a battery that it keeps to itself', { getBattery: () => Promise.reject(new Error()) }, undefined, {}],
    [
      'the room that is left, as a power of two',
      { storage: { estimate: async () => ({ quota: 300 * 2 ** 20, usage: 2 ** 20 }) } },
      undefined,
      { freeMiB: 256 },
    ],
    [
      'no room',
      { storage: { estimate: async () => ({ quota: 5 * 2 ** 20, usage: 2 ** 30 }) } },
      undefined,
      { freeMiB: 0 },
    ],
    [
      'a quota that it keeps to itself',
      { storage: { estimate: () => Promise.reject(new Error()) } },
      undefined,
      {},
    ],
    ['a page in sight', {}, { visibilityState: 'visible' }, { idle: false }],
    ['a page out of sight', {}, { visibilityState: 'hidden' }, { idle: true }],
  ])('%s', async (_, navigator, document, expected) => {
    vi.stubGlobal('navigator', navigator);
    vi.stubGlobal('document', document);
    expect(await browserConditions()).toEqual(expected);
  });
});
