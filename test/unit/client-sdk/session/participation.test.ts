import { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { ClientEvents } from '@murmuration/client-sdk/client/events';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { beforeEach, describe, expect, it } from 'vitest';
import { seededBytes } from '../device.ts';
import { assignmentOf } from '../memory-coordinator.ts';
import { clock, coordinator, device, newScene, storage, trainer, waiting } from './scene.ts';

beforeEach(newScene);

/** A device in the middle of its training. */
async function training() {
  trainer.result = () => new Promise(() => {});
  const it = await waiting();
  coordinator.send('assignment', assignmentOf(clock));
  await clock.advance(0);
  return it;
}

async function comesBack() {
  coordinator.connect();
  await clock.advance(0);
}

describe('pause', () => {
  it('leaves a round that is under way and disconnects, until resume', async () => {
    const { client, errors } = await training();
    await client.pause();
    expect([trainer.running, coordinator.asked.leave.length, coordinator.isOpen]).toEqual([0, 1, false]);
    await client.start();
    expect(coordinator.isOpen).toBe(false);
    await client.resume();
    await comesBack();
    expect([coordinator.asked['check-in'].length, errors]).toEqual([2, []]);
  });

  it('before start holds start up; resume without start starts nothing', async () => {
    const { client } = device();
    await client.pause();
    await client.start();
    expect(coordinator.isOpen).toBe(false);
    await client.stop();
    await client.resume();
    expect(coordinator.isOpen).toBe(false);
  });
});

describe('consent', () => {
  it('that is taken back ends all at once, and is remembered', async () => {
    const { client } = await training();
    expect(await client.hasConsent()).toBe(true);
    await client.setConsent(false);
    expect([trainer.running, coordinator.asked.leave.length, coordinator.isOpen]).toEqual([0, 1, false]);
    const { client: next } = device();
    await next.start();
    expect([await next.hasConsent(), coordinator.isOpen]).toEqual([false, false]);
    await next.setConsent(true);
    expect(coordinator.isOpen).toBe(true);
    expect(await device().client.hasConsent()).toBe(true);
  });

  it('that another client of this device takes back or gives counts here as well, until stop', async () => {
    const watchers = new Set<() => void>();
    Object.assign(storage, {
      watch(name: string, changed: () => void) {
        expect(name).toBe('consent');
        watchers.add(changed);
        return () => watchers.delete(changed);
      },
    });
    const elsewhere = async (given: boolean) => {
      await storage.put('consent', Uint8Array.of(given ? 1 : 0));
      for (const changed of watchers) changed();
      await clock.advance(0);
    };
    const { client, errors } = await training();
    await elsewhere(false);
    expect([trainer.running, coordinator.asked.leave.length, coordinator.isOpen]).toEqual([0, 1, false]);
    await elsewhere(true);
    expect(coordinator.isOpen).toBe(true);
    await client.stop();
    expect([watchers.size, errors]).toEqual([0, []]);
  });

  /** A client whose app has asked nobody yet. */
  const fresh = (consent?: 'asked' | 'not-needed') =>
    new PlatformClient(
      {
        url: 'http://memory.localhost',
        tasks: { keyboard: { examples: () => ['a'], trainer } },
        storage: { ...storage, claim: memoryStorage().claim },
        enrolment: 'a token',
        ...(consent && { consent }),
      },
      {
        name: 'other',
        clock,
        random: seededBytes(1),
        signingKey: native.ed25519.signingKey,
        updateProcessor: () => expect.unreachable('No round.'),
        conditions: async () => ({}),
        transport: () => coordinator,
        trainer: () => expect.unreachable('The task has one.'),
      },
    );

  it('is not given where nobody was asked: then nothing is sent, nor made up for it', async () => {
    const client = fresh();
    await client.start();
    expect([await client.hasConsent(), coordinator.isOpen]).toEqual([false, false]);
    expect(await storage.get('identity')).toBeUndefined();
    await client.setConsent(true);
    expect(coordinator.isOpen).toBe(true);
    await client.stop();
    const again = fresh('asked');
    await again.start();
    expect([await again.hasConsent(), coordinator.isOpen]).toEqual([true, true]);
    await again.stop();
  });

  it('need not be given where the app says so, and a no counts all the same', async () => {
    const client = fresh('not-needed');
    await client.start();
    expect([await client.hasConsent(), coordinator.isOpen]).toEqual([true, true]);
    await client.setConsent(false);
    const again = fresh('not-needed');
    await again.start();
    expect([await again.hasConsent(), coordinator.isOpen]).toEqual([false, false]);
    await storage.put('consent', Uint8Array.of(7));
    expect(await again.hasConsent()).toBe(false);
  });

  it('that is given starts nothing that the app has not started', async () => {
    const { client } = device();
    await client.setConsent(true);
    expect(coordinator.isOpen).toBe(false);
  });
});

describe('forget', () => {
  const names = ['identity', 'device', 'farewell', 'session.keyboard', 'model.keyboard', 'consent'];
  const stored = async () => {
    const there = await Promise.all(names.map(name => storage.get(name)));
    return names.filter((_, i) => there[i] !== undefined);
  };

  it('ID7: leaves the round, erases all, and has the coordinator revoke the device', async () => {
    const { client } = await training();
    await client.setConsent(true);
    expect(await stored()).toContain('model.keyboard');
    const id = coordinator.asked.hello[0]!.device;
    const forgotten = client.forget();
    await clock.advance(0);
    expect(await stored()).toEqual(['identity', 'device', 'farewell']);
    coordinator.connect();
    await forgotten;
    expect(coordinator.asked.forget).toEqual([{ device: id, signature: expect.any(Uint8Array) }]);
    expect([await stored(), coordinator.isOpen, clock.pending]).toEqual([[], false, 0]);
  });

  it('ID7: goes without a signature to an older coordinator, which takes none', async () => {
    const { client } = await waiting();
    const id = coordinator.asked.hello[0]!.device;
    const forgotten = client.forget();
    await clock.advance(0);
    coordinator.answers.forget = ({ signature }) => {
      if (signature) throw new MurmurationError('request.invalid');
      return null;
    };
    coordinator.connect();
    await forgotten;
    expect(coordinator.asked.forget.at(-1)).toEqual({ device: id });
    expect(await stored()).toEqual([]);
  });

  it('goes on as a new device where the app starts again', async () => {
    const { client } = await waiting();
    const forgotten = client.forget();
    await clock.advance(0);
    coordinator.connect();
    await forgotten;
    await client.start();
    await comesBack();
    const [first, , second] = coordinator.asked.hello.map(hello => hello.device);
    expect(second).toBeTypeOf('string');
    expect(second).not.toBe(first);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('tells nobody of a device that nobody knows', async () => {
    await storage.put('model.keyboard', new Uint8Array(9));
    await device().client.forget();
    expect([await stored(), coordinator.isOpen]).toEqual([[], false]);
  });

  it('says so where the coordinator is out of reach, and is heard at the next try', async () => {
    const { client } = await waiting();
    const forgotten = expect(client.forget()).rejects.toMatchObject({ code: 'server.unreachable' });
    await clock.advance(20_000);
    await forgotten;
    expect([await stored(), coordinator.isOpen]).toEqual([['identity', 'device', 'farewell'], false]);
    const again = client.forget();
    await clock.advance(0);
    coordinator.connect();
    await again;
    expect([await stored(), coordinator.asked.forget.length]).toEqual([[], 1]);
  });

  it('is heard at the next start otherwise, before the device goes on as a new one', async () => {
    const { client } = await waiting();
    const forgotten = expect(client.forget()).rejects.toMatchObject({ code: 'server.unreachable' });
    await clock.advance(20_000);
    await forgotten;
    const { client: next, errors } = device(2);
    await next.start();
    await comesBack();
    expect([coordinator.asked.forget.length, coordinator.isOpen]).toEqual([1, true]);
    await comesBack();
    expect(coordinator.asked.enrol).toHaveLength(2);
    expect([coordinator.asked['check-in'].length, errors]).toEqual([2, []]);
  });

  it('is heard at the next start where the person no longer takes part, and nothing else is said then', async () => {
    const { client } = await waiting();
    const forgotten = expect(client.forget()).rejects.toMatchObject({ code: 'server.unreachable' });
    await clock.advance(20_000);
    await forgotten;
    const { client: next } = device(2);
    await next.setConsent(false);
    await next.start();
    await comesBack();
    expect([coordinator.asked.forget.length, coordinator.isOpen]).toEqual([1, false]);
    expect([coordinator.asked.enrol.length, coordinator.asked['check-in'].length]).toEqual([1, 1]);
    await next.setConsent(true);
    await comesBack();
    expect(coordinator.asked.enrol).toHaveLength(2);
  });

  it('stays owed where the client stops before it could be heard', async () => {
    const { client } = await waiting();
    const forgotten = expect(client.forget()).rejects.toMatchObject({ code: 'server.unreachable' });
    await clock.advance(20_000);
    await forgotten;
    await client.setConsent(false);
    await client.start();
    await client.stop();
    expect(coordinator.isOpen).toBe(false);
    expect(await stored()).toContain('farewell');
  });

  it.each(['device.unknown', 'device.revoked'] as const)('is content with the refusal %s', async code => {
    const { client } = await waiting();
    coordinator.answers.hello = () => {
      throw new MurmurationError(code);
    };
    const forgotten = client.forget();
    await clock.advance(0);
    coordinator.connect();
    await forgotten;
    expect(await stored()).toEqual([]);
  });

  it('waits for another connection where one ends too early', async () => {
    const { client } = await waiting();
    coordinator.answers.forget = () => {
      throw new MurmurationError('server.unreachable');
    };
    const forgotten = client.forget();
    await clock.advance(0);
    coordinator.connect();
    await clock.advance(0);
    coordinator.answers.forget = () => null;
    coordinator.connect();
    await forgotten;
    expect(await stored()).toEqual([]);
  });
});

describe('what leaves a device', () => {
  it('is told of, message by message, with its first bytes', async () => {
    const { client } = device();
    const sent: Parameters<ClientEvents['sent']>[0][] = [];
    client.on('sent', each => sent.push(each));
    client.on('round', event => expect(event).not.toHaveProperty('query'));
    await client.start();
    await comesBack();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(sent.map(({ kind }) => kind)).toEqual(['enrol', 'hello', 'check-in', 'update']);
    const [enrol, hello, , update] = sent;
    const { bytes } = coordinator.uploads[0]!;
    expect(update).toMatchObject({ bytes: bytes.length, masked: false, sample: bytes.slice(0, 1_024) });
    // An enrolment holds a token.
    expect(enrol).toMatchObject({ masked: false, sample: new Uint8Array(0) });
    expect(enrol!.bytes).toBeGreaterThan(100);
    expect(hello!.sample).toHaveLength(hello!.bytes);
  });
});
