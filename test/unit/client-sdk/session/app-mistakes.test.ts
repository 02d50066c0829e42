import type { TaskOptions } from '@murmuration/client-sdk/client/options';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn } from '../device.ts';
import { assignmentOf, id } from '../memory-coordinator.ts';
import {
  clock,
  coordinator,
  device,
  minute,
  newScene,
  roundEnd,
  storage,
  trainer,
  waiting,
} from './scene.ts';

beforeEach(newScene);

/** All errors of a client. */
function errorsOf({ client }: ReturnType<typeof device>): MurmurationError[] {
  const errors: MurmurationError[] = [];
  client.on('error', error => errors.push(error));
  return errors;
}

describe('what goes wrong in the app has a code of its own', () => {
  it.each([
    ['rejects', () => Promise.reject(new TypeError('no network')), 'failed: no network'],
    ['gives no text', async () => undefined as unknown as string, 'gave undefined'],
  ])('a function for the enrolment token that %s, which is asked again', async (_, wrong, why) => {
    let asked = 0;
    const it = device(1, () => (++asked === 1 ? wrong() : Promise.resolve('a token')));
    const errors = errorsOf(it);
    await it.client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(errors).toMatchObject([
      { code: 'app.enrolment', detail: `The function "enrolment" of the app ${why}.` },
    ]);
    expect(it.client.state).toMatchObject({ state: 'waiting', error: { code: 'app.enrolment' } });
    await clock.advance(minute);
    expect(it.client.state).toEqual({ state: 'connected' });
    expect(coordinator.asked.enrol).toHaveLength(1);
  });

  it('keeps an error of ours that the function for the token throws', async () => {
    const it = device(1, () => Promise.reject(new MurmurationError('device.enrolment-refused')));
    const errors = errorsOf(it);
    await it.client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(errors).toMatchObject([{ code: 'device.enrolment-refused' }]);
  });

  it.each([
    ['fails', () => Promise.reject(new TypeError('no database')), 'failed: no database'],
    [
      'gives nothing',
      () => undefined as never,
      'gave undefined; it gives an array, or what else can be iterated',
    ],
    ['gives a number', () => 7 as never, 'gave number; it gives an array, or what else can be iterated'],
  ])('a function for the examples that %s, which is asked again', async (_, wrong, why) => {
    let examples: TaskOptions['examples'] = wrong;
    const it = deviceOn(coordinator, clock, storage, {
      keyboard: { examples: () => examples(), trainer },
    });
    const errors = errorsOf(it);
    await it.client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(errors).toMatchObject([
      { code: 'app.examples', detail: `The function "examples" of the app ${why}.`, task: 'keyboard' },
    ]);
    // A promise of them, as a database gives it.
    examples = async () => Array.from({ length: 50 }, () => 'a');
    await clock.advance(minute);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    expect(errors).toHaveLength(1);
  });

  it('keeps an error of ours that the function for the examples throws', async () => {
    const examples = () => Promise.reject(new MurmurationError('storage.full'));
    const it = deviceOn(coordinator, clock, storage, { keyboard: { examples, trainer } });
    const errors = errorsOf(it);
    await it.client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(errors).toMatchObject([{ code: 'storage.full' }]);
  });

  it('a listener that throws, named by its event', async () => {
    const it = await waiting();
    const errors = errorsOf(it);
    const cause = new Error('a bug of the app');
    it.client.on('round', ({ phase }) => {
      if (phase === 'training') throw cause;
    });
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(it.rounds.at(-1)).toBe('counted');
    expect(errors[0]).toMatchObject({
      code: 'app.listener',
      detail: 'A listener of "round" threw: a bug of the app',
      cause,
    });
  });

  it('a listener of errors that throws, after which the client goes on', async () => {
    const before = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const uncaught: unknown[] = [];
    process.on('unhandledRejection', error => uncaught.push(error));
    try {
      const it = await waiting();
      const bug = new Error('a bug of the app');
      it.client.on('error', () => {
        throw bug;
      });
      trainer.result = () => Promise.reject(new Error('no memory'));
      coordinator.send('assignment', assignmentOf(clock));
      await clock.advance(minute);
      expect(uncaught).toContain(bug);
      expect(coordinator.asked['check-in'].length).toBeGreaterThan(1);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of before) process.on('unhandledRejection', listener);
    }
  });

  it.each([
    ['training.no-answer', [{ code: 'training.no-answer', task: 'keyboard', round: id('r1') }]],
    ['training.module', [{ code: 'training.module', task: 'keyboard', round: id('r1') }]],
    // Nothing of the app's is wrong.
    ['training.stopped', []],
  ] as const)('%s of a worker that is known only after the round', async (code, told) => {
    const it = await waiting();
    const errors = errorsOf(it);
    let fail = (_: MurmurationError) => {};
    trainer.train = () =>
      new Promise((_, reject) => {
        fail = reject;
      });
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    coordinator.send('round-end', roundEnd());
    await clock.advance(0);
    expect(errors).toEqual([]);
    fail(new MurmurationError(code));
    await clock.advance(0);
    expect(errors).toMatchObject(told);
    expect(errors).toHaveLength(told.length);
  });

  it('a storage that throws, with what it was to do', async () => {
    const it = await waiting();
    const errors = errorsOf(it);
    const broken = () => Promise.reject(new RangeError('the disk is broken'));
    Object.assign(storage, { put: broken, putParts: broken });
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(errors[0]).toMatchObject({
      code: 'storage.failed',
      detail: expect.stringMatching(/^The storage of the app failed to write ".+": the disk is broken$/),
    });
  });

  it('says of which task and round an error is', async () => {
    const it = await waiting();
    const errors = errorsOf(it);
    trainer.result = () => Promise.reject(new Error('no memory'));
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(errors).toMatchObject([{ task: 'keyboard', round: id('r1') }]);
    coordinator.send('round-end', roundEnd());
  });
});

describe('a client that was started, and takes no part', () => {
  const wait = { task: 'keyboard', after: null };

  it('says that nobody has agreed', async () => {
    const { client, waits } = device();
    await client.setConsent(false);
    await client.start();
    const reason = 'nobody has agreed to take part; setConsent(true) says that somebody has';
    expect(waits).toEqual([{ ...wait, reason }]);
    await client.stop();
  });

  it('says that its app has paused it', async () => {
    const { client, waits } = device();
    await client.pause();
    await client.start();
    expect(waits).toEqual([{ ...wait, reason: 'the app has paused it; resume() ends that' }]);
    await client.stop();
  });

  it('says nothing of that where it was stopped meanwhile', async () => {
    const { client, waits } = device();
    await Promise.all([client.start(), client.stop()]);
    expect(waits).toEqual([]);
  });
});

describe('stop', () => {
  it('never rejects, and lets go of all that it can', async () => {
    const it = await waiting();
    const errors = errorsOf(it);
    trainer.close = () => Promise.reject(new Error('the thread does not end'));
    await it.client.stop();
    expect(errors).toMatchObject([{ detail: 'the thread does not end' }]);
    expect(coordinator.isOpen).toBe(false);
    await it.client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(it.client.state).toEqual({ state: 'connected' });
    trainer.close = async () => {};
    await it.client.stop();
  });
});
