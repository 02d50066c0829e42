import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import {
  anyOf,
  type EnrolmentRequest,
  type EnrolmentVerifier,
  limited,
  listedTokens,
  storedTokens,
} from '@murmuration/rounds/population/enrolment';
import type { EnrolmentToken } from '@murmuration/rounds/population/enrolment-token';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { memoryEnrolmentTokens } from '@murmuration/storage/memory/tokens';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const random = seededRandom(3);
const signal = new AbortController().signal;
const request = (token: string, device = 'd'): EnrolmentRequest => ({
  device: device.padEnd(22, '-') as DeviceId,
  publicKey: new Uint8Array(32),
  certificate: undefined,
  token,
});

describe('tokens of the configuration', () => {
  it('are taken, and no others', async () => {
    const tokens = ['the first of two tokens', 'the second of two tokens'];
    const verify = listedTokens(tokens, native);
    for (const token of tokens) expect(await verify(request(token), signal)).toBe(true);
    for (const token of ['', 'the first of two token', 'the first of two tokens ', 'THE FIRST OF TWO TOKENS'])
      expect(await verify(request(token), signal)).toBe(false);
  });
});

describe('tokens that operators made', () => {
  async function open(change: Partial<EnrolmentToken> = {}) {
    const clock = new VirtualClock(1_000);
    const store = memoryEnrolmentTokens();
    const { text, proof } = mintToken('enrolment', random, native);
    await store.add({
      ...proof,
      name: 'a token',
      maxUses: 1,
      uses: 0,
      createdAt: 1_000,
      expiresAt: null,
      revokedAt: null,
      ...change,
    });
    return { clock, store, text, verify: storedTokens(store, native, clock) };
  }

  it('let one device in with a one-time token, of two at the same moment', async () => {
    const { text, verify } = await open();
    const answers = await Promise.all(
      ['a', 'b'].map(device => verify(request(text, device), signal).catch(error => error.code)),
    );
    expect(answers.toSorted()).toEqual(['device.enrolment-used-up', true]);
  });

  it('let a device in again whose enrolment broke off', async () => {
    const { text, verify } = await open();
    expect(await verify(request(text, 'a'), signal)).toBe(true);
    expect(await verify(request(text, 'a'), signal)).toBe(true);
    await expect(verify(request(text, 'b'), signal)).rejects.toMatchObject({
      code: 'device.enrolment-used-up',
    });
  });

  it('count until they expire or are revoked', async () => {
    const { clock, store, text, verify } = await open({ maxUses: null, expiresAt: 2_000 });
    expect(await verify(request(text, 'a'), signal)).toBe(true);
    await clock.advance(1_000);
    expect(await verify(request(text, 'b'), signal)).toBe(false);
    const other = await open({ maxUses: null });
    await other.store.revoke(other.text.slice(4, 20), 1_000);
    expect(await other.verify(request(other.text, 'a'), signal)).toBe(false);
    expect((await store.list({ after: undefined, limit: 9 }))[0]).toMatchObject({ uses: 1 });
  });

  it('are refused, and no use is counted, unless every character is right', async () => {
    const { store, text, verify } = await open();
    const id = text.slice(4, 20);
    const { text: another } = mintToken('enrolment', random, native);
    const wrong = [
      '',
      id,
      text.slice(1),
      `${text}A`,
      text.replace('mme', 'mmo'),
      text.slice(0, 20) + another.slice(20),
      another,
      text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A'),
    ];
    for (const token of wrong) expect(await verify(request(token), signal)).toBe(false);
    expect(await store.get(id)).toMatchObject({ uses: 0 });
  });
});

describe('several verifiers', () => {
  it('are asked one after the other until one says yes', async () => {
    const asked: string[] = [];
    const says = (name: string, answer: boolean) => async () => {
      asked.push(name);
      return answer;
    };
    expect(await anyOf([says('a', false), says('b', true), says('c', true)])(request(''), signal)).toBe(true);
    expect(asked).toEqual(['a', 'b']);
    expect(await anyOf([says('d', false)])(request(''), signal)).toBe(false);
    expect(await anyOf([])(request(''), signal)).toBe(false);
  });
});

describe('an app’s own verifier', () => {
  function open(verifier: EnrolmentVerifier) {
    const clock = new VirtualClock();
    const failures: unknown[] = [];
    return { clock, failures, verify: limited(verifier, clock, error => failures.push(error)) };
  }

  it('decides, and leaves no timer', async () => {
    const { clock, failures, verify } = open(async ({ token }) => token === 'attested');
    expect(await verify(request('attested'), signal)).toBe(true);
    expect(await verify(request('forged'), signal)).toBe(false);
    expect(clock.pending).toBe(0);
    expect(failures).toEqual([]);
  });

  it('says no with anything but true', async () => {
    const { verify } = open(async () => 'yes' as unknown as boolean);
    expect(await verify(request(''), signal)).toBe(false);
  });

  it('is given up after its time, and hears of it', async () => {
    let given: AbortSignal | undefined;
    const { clock, failures, verify } = open((_, signal) => {
      given = signal;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const answer = expect(verify(request(''), signal)).rejects.toMatchObject({
      code: 'device.enrolment-unavailable',
    });
    await clock.advance(4_999);
    expect(given!.aborted).toBe(false);
    await clock.advance(1);
    await answer;
    expect(given!.aborted).toBe(true);
    expect(clock.pending).toBe(0);
    expect(failures).toEqual([]);
  });

  it('is given up when the device is gone', async () => {
    const { clock, verify } = open(() => new Promise(() => {}));
    const controller = new AbortController();
    const answer = verify(request(''), controller.signal);
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'device.enrolment-unavailable' });
    expect(clock.pending).toBe(0);
  });

  it('that throws refuses for now, and its operator hears why; its own codes are passed on', async () => {
    const broken = open(async () => {
      throw new Error('The attestation service is down.');
    });
    await expect(broken.verify(request(''), signal)).rejects.toMatchObject({
      code: 'device.enrolment-unavailable',
      detail: expect.not.stringContaining('attestation service'),
    });
    expect(broken.failures).toEqual([
      expect.objectContaining({ message: 'The attestation service is down.' }),
    ]);
    const refusing = open(async () => {
      throw new MurmurationError('device.enrolment-refused', 'The app is not genuine.');
    });
    await expect(refusing.verify(request(''), signal)).rejects.toMatchObject({
      code: 'device.enrolment-refused',
      detail: 'The app is not genuine.',
    });
    expect(refusing.failures).toEqual([]);
  });

  it('is asked about 64 devices at once and no more; a place is free again after each answer', async () => {
    const pending: (() => void)[] = [];
    const { verify } = open(() => new Promise(resolve => pending.push(() => resolve(true))));
    const answers = Array.from({ length: 64 }, (_, i) =>
      verify(request('', `${i}`), new AbortController().signal),
    );
    await expect(verify(request('', 'late'), signal)).rejects.toMatchObject({
      code: 'device.enrolment-unavailable',
    });
    pending.shift()!();
    expect(await answers[0]).toBe(true);
    const next = verify(request('', 'next'), signal);
    for (const answer of pending) answer();
    expect(await Promise.all([...answers, next])).toEqual(new Array(65).fill(true));
  });
});
