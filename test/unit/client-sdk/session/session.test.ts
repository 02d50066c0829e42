import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { TaskName } from '@murmuration/protocol/ids';
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../virtual-clock.ts';
import { deviceOn, StillTrainer } from '../device.ts';
import { assignmentOf, id, MemoryCoordinator, pathOf } from '../memory-coordinator.ts';

const minute = 60_000;
const hour = 60 * minute;

let clock: VirtualClock;
let coordinator: MemoryCoordinator;
let trainer: StillTrainer;
let storage: Storage;

beforeEach(() => {
  clock = new VirtualClock();
  coordinator = new MemoryCoordinator(clock);
  trainer = new StillTrainer();
  storage = memoryStorage();
});

const device = (seed = 1, enrolment?: () => Promise<string>) =>
  deviceOn(
    coordinator,
    clock,
    storage,
    { keyboard: { examples: () => ['a', 'b', 'c'], trainer } },
    seed,
    enrolment,
  );

/** A device that has said hello and checked in. */
async function waiting() {
  const it = device();
  await it.client.start();
  coordinator.connect();
  await clock.advance(0);
  return it;
}

/** Holds until it is let go. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  return { open, opened };
}

const roundEnd = (round = 'r1', after = hour) => ({
  round: id(round),
  outcome: 'published',
  reason: 'over',
  after,
});

describe('a device that connects', () => {
  it('CH5: says hello again where the coordinator could not take it, no sooner than it allows', async () => {
    const { hello } = coordinator.answers;
    coordinator.answers.hello = message => {
      if (coordinator.asked.hello.length > 1) return hello(message);
      throw new MurmurationError('request.too-often', undefined, { after: 4_000 });
    };
    const { errors } = await waiting();
    expect(errors).toEqual(['request.too-often']);
    await clock.advance(4_000);
    expect(coordinator.asked.hello).toHaveLength(1);
    await clock.advance(1_000);
    expect(coordinator.asked.hello).toHaveLength(2);
    expect(errors).toEqual(['request.too-often']);
    expect(coordinator.asked['check-in']).toHaveLength(1);
  });

  it('CH5: no longer answers a challenge once there is another, or none', async () => {
    coordinator.answers.hello = () => {
      throw new MurmurationError('server.internal');
    };
    const { client } = await waiting();
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    expect(coordinator.asked.hello).toHaveLength(2);
    await clock.advance(800);
    expect(coordinator.asked.hello).toHaveLength(3);
    await client.stop();
    await clock.advance(hour);
    expect(coordinator.asked.hello).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  it('CH5: checks in again no sooner than a refusal allows', async () => {
    coordinator.answers['check-in'] = () => {
      throw new MurmurationError('request.too-often', undefined, { after: minute });
    };
    await waiting();
    await clock.advance(minute - 1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('ID1 ID3: enrols once in its life, and says hello on every connection', async () => {
    await waiting();
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    const again = device(2);
    await again.client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(coordinator.asked.enrol).toHaveLength(1);
    expect(coordinator.asked.enrol[0].token).toBe('the enrolment token');
    expect(new Set(coordinator.asked.hello.map(({ device }) => device)).size).toBe(1);
    expect(coordinator.asked.hello).toHaveLength(3);
    expect(again.errors).toEqual([]);
  });

  it('ID4: enrols again where the coordinator does not know it any more', async () => {
    const { errors } = await waiting();
    coordinator.forget();
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    expect(coordinator.asked.enrol).toHaveLength(2);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('ID2: answers the next challenge where it was too slow for one, and asks its app for a token once', async () => {
    const { enrol } = coordinator.answers;
    let late = true;
    coordinator.answers.enrol = message => {
      if (!late) return enrol(message);
      late = false;
      throw new MurmurationError('device.challenge-expired');
    };
    let asked = 0;
    const { client, errors } = device(1, async () => {
      asked += 1;
      return 'a token for one use';
    });
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(coordinator.asked.hello).toHaveLength(0);
    coordinator.connect();
    await clock.advance(0);
    expect(coordinator.asked.enrol.map(({ token }) => token)).toEqual(
      new Array(2).fill('a token for one use'),
    );
    expect(asked).toBe(1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it('asks its app for another token where the coordinator has refused one', async () => {
    const tokens = ['used up', 'fresh'];
    const { enrol } = coordinator.answers;
    coordinator.answers.enrol = message => {
      if (message.token === 'fresh') return enrol(message);
      throw new MurmurationError('device.enrolment-refused');
    };
    const { client, errors } = device(1, async () => tokens.shift()!);
    await client.start();
    for (let again = 0; again < 2; again++) {
      coordinator.connect();
      await clock.advance(0);
    }
    expect(errors).toEqual(['device.enrolment-refused']);
    expect(coordinator.asked.hello).toHaveLength(1);
  });

  it('CH8: refuses a coordinator of another protocol version, and tells its app', async () => {
    const { client, errors } = device();
    await client.start();
    coordinator.send('challenge', { protocol: 999, nonce: new Uint8Array(32) });
    await clock.advance(minute);
    expect(errors).toEqual(['protocol.version']);
    expect(coordinator.asked.enrol).toHaveLength(0);
  });

  it('CH3: takes garbage for an error, and goes on', async () => {
    const { errors, rounds } = await waiting();
    coordinator.send('assignment', { round: 'nonsense' });
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(errors).toEqual(['request.invalid']);
    expect(rounds.at(-1)).toBe('counted');
  });
});

describe('a device that is revoked', () => {
  const revoked = () => {
    throw new MurmurationError('device.revoked');
  };

  it('ID6: stops when it says hello, tells its app once, and asks no more', async () => {
    const { errors } = await waiting();
    coordinator.answers.hello = revoked;
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(24 * hour);
    expect(errors).toEqual(['device.revoked']);
    expect(coordinator.isOpen).toBe(false);
    expect(coordinator.asked.hello).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it('ID6: stops when its update is refused', async () => {
    const { errors } = await waiting();
    coordinator.take = async () => revoked();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(24 * hour);
    expect(errors).toEqual(['device.revoked']);
    expect(coordinator.isOpen).toBe(false);
    expect(coordinator.uploads).toHaveLength(1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('ID6: is told the same when its app starts it again', async () => {
    coordinator.answers.enrol = revoked;
    const { client, errors } = device();
    for (let again = 0; again < 2; again++) {
      await client.start();
      coordinator.connect();
      await clock.advance(hour);
    }
    expect(errors).toEqual(['device.revoked', 'device.revoked']);
  });
});

describe('check-in', () => {
  it('RD2: tells the number of examples and the conditions', async () => {
    const { waits } = await waiting();
    expect(coordinator.asked['check-in']).toEqual([
      { task: 'keyboard', examples: 3, conditions: { idle: true } },
    ]);
    expect(waits).toEqual([{ task: 'keyboard', after: null, reason: 'waiting for an assignment' }]);
  });

  it('RD3: comes back when it was told to, and no sooner because its connection broke', async () => {
    coordinator.answers['check-in'] = () => ({
      decision: 'later',
      after: hour,
      reason: 'no round begins soon',
    });
    const { waits } = await waiting();
    await clock.advance(hour / 2);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(hour / 2 - 1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(waits[0]).toEqual({ task: 'keyboard', after: hour, reason: 'no round begins soon' });
  });

  it('RD3: checks in again when a connection broke while it waited', async () => {
    await waiting();
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('tells its app what went wrong, and tries again', async () => {
    coordinator.answers['check-in'] = () => {
      throw new MurmurationError('task.unknown');
    };
    const { errors } = await waiting();
    await clock.advance(25_000);
    expect(errors).toEqual(['task.unknown', 'task.unknown', 'task.unknown']);
  });

  it('takes an assignment that arrives before the answer', async () => {
    coordinator.answers['check-in'] = async () => {
      coordinator.send('assignment', assignmentOf(clock));
      await new Promise(resolve => setImmediate(resolve));
      return { decision: 'waiting' };
    };
    const { rounds, errors } = await waiting();
    coordinator.send('round-end', roundEnd());
    await clock.advance(0);
    expect(rounds.slice(-2)).toEqual(['counted', 'ended']);
    expect(errors).toEqual([]);
  });

  it('keeps an assignment that arrives while it counts its examples', async () => {
    const { open, opened } = gate();
    const { client, rounds } = deviceOn(coordinator, clock, storage, {
      keyboard: {
        async *examples() {
          await opened;
          yield 'a';
        },
        trainer: trainer,
      },
    });
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock));
    open();
    await clock.advance(0);
    coordinator.send('round-end', roundEnd());
    expect(coordinator.asked['check-in']).toHaveLength(0);
    expect(rounds.slice(-2)).toEqual(['counted', 'ended']);
  });
});

describe('a contribution', () => {
  it('UP1: trains, uploads once under its token, and waits for the end of the round', async () => {
    const { rounds, waits } = await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(rounds).toEqual(['downloading', 'training', 'training', 'uploading', 'counted']);
    expect(coordinator.uploads.map(({ path }) => path)).toEqual([pathOf(assignment)]);
    expect(coordinator.uploads[0].token).toEqual(assignment.token);
    coordinator.send('round-end', roundEnd());
    await clock.advance(hour - 1);
    expect(rounds.at(-1)).toBe('ended');
    expect(waits.at(-1)).toEqual({ task: 'keyboard', after: hour, reason: 'over' });
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('RD5: ignores an assignment that is repeated after a reconnection', async () => {
    const { open, opened } = gate();
    const { result } = trainer;
    trainer.result = () => opened.then(result);
    await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignment);
    open();
    await clock.advance(0);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(trainer.trainings).toBe(1);
    expect(coordinator.uploads).toHaveLength(1);
  });

  it('UP4: sends what it made before a restart byte for byte, without training again', async () => {
    coordinator.take = () => new Promise(() => {});
    const assignment = assignmentOf(clock);
    await waiting();
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(coordinator.uploads).toHaveLength(1);
    // The process ends here: nothing of it goes on but what it stored.
    coordinator.close();
    const uploaded = coordinator.uploads[0].bytes;
    coordinator = new MemoryCoordinator(clock);
    const again = device(99);
    await again.client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(trainer.trainings).toBe(1);
    expect(coordinator.uploads.map(({ bytes }) => bytes)).toEqual([uploaded]);
    expect(again.rounds).toEqual(['uploading', 'counted']);
  });

  it('UP4: makes an update of its own for another assignment after a restart', async () => {
    coordinator.take = () => new Promise(() => {});
    await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    const [first] = coordinator.uploads;
    coordinator.close();
    coordinator = new MemoryCoordinator(clock);
    await device(99).client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    expect(trainer.trainings).toBe(2);
    expect(coordinator.uploads[0].bytes).not.toEqual(first.bytes);
  });

  it('UP5: is uploaded again after errors that say so, with growing pauses', async () => {
    const { rounds, errors } = await waiting();
    let tries = 0;
    coordinator.take = async () => {
      tries += 1;
      if (tries < 4) throw new MurmurationError(tries === 1 ? 'server.unreachable' : 'update.too-many');
    };
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(tries).toBe(1);
    await clock.advance(750);
    expect(tries).toBe(2);
    await clock.advance(4_500);
    expect(tries).toBe(4);
    expect(rounds.at(-1)).toBe('counted');
    expect(new Set(coordinator.uploads.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(1);
    expect(errors).toEqual([]);
  });

  it('UP5: is uploaded again no sooner than an error allows', async () => {
    await waiting();
    let tries = 0;
    coordinator.take = async () => {
      tries += 1;
      if (tries === 1) throw new MurmurationError('update.too-many', undefined, { after: 60_000 });
    };
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(60_000);
    expect(tries).toBe(1);
    await clock.advance(1_000);
    expect(tries).toBe(2);
  });

  it('UP5: is given up after an error that another try cannot mend, and the round left', async () => {
    const { errors } = await waiting();
    coordinator.take = async () => {
      throw new MurmurationError('update.norm');
    };
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(errors).toEqual(['update.norm']);
    expect(coordinator.uploads).toHaveLength(1);
    expect(coordinator.asked.leave.map(({ reason }) => reason)).toEqual(['update.norm']);
    await clock.advance(10_000);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('tries a download again that broke off', async () => {
    const { rounds, errors } = await waiting();
    const { download } = coordinator;
    let broken = true;
    coordinator.download = path => {
      if (!broken) return download.call(coordinator, path);
      broken = false;
      return Promise.reject(new MurmurationError('server.unreachable'));
    };
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(minute);
    expect(rounds.at(-1)).toBe('counted');
    expect(errors).toEqual([]);
  });

  it('ends with the round: training and upload stop, and the next round begins afresh', async () => {
    const { result } = trainer;
    trainer.result = () => new Promise(() => {});
    const { rounds, errors } = await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(trainer.running).toBe(1);
    coordinator.send('round-end', roundEnd('r1', 0));
    await clock.advance(0);
    expect(trainer.running).toBe(0);
    expect(rounds.at(-1)).toBe('ended');

    trainer.result = result;
    coordinator.take = signal =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    coordinator.send('round-end', roundEnd('r2', 0));
    await clock.advance(0);
    coordinator.take = async () => {};
    coordinator.send('assignment', assignmentOf(clock, 'r3'));
    await clock.advance(0);
    expect(rounds.at(-1)).toBe('counted');
    expect(errors).toEqual([]);
  });

  it('keeps what a newer assignment has saved, however late the older one ends', async () => {
    const { open, opened } = gate();
    await waiting();
    coordinator.take = () => (coordinator.uploads.length === 1 ? opened : new Promise(() => {}));
    coordinator.send('assignment', assignmentOf(clock, 'r1'));
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    open();
    await clock.advance(0);
    expect(coordinator.uploads.map(({ path }) => path)).toEqual(
      ['r1', 'r2'].map(round => pathOf(assignmentOf(clock, round))),
    );
    coordinator.close();
    const [, second] = coordinator.uploads;
    coordinator = new MemoryCoordinator(clock);
    await device(99).client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    expect(coordinator.uploads).toEqual([second]);
    expect(trainer.trainings).toBe(2);
  });

  it('RD8: is not waited for beyond the deadline by the clock of the coordinator', async () => {
    coordinator.ahead = 5 * hour;
    const { errors } = await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', {
      ...assignment,
      deadline: clock.now() + coordinator.ahead + 10 * minute,
    });
    await clock.advance(11 * minute);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(minute);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('RD8: is over for a device that has sent everything and is not told of it again when it is back', async () => {
    await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(999);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(2);
  });

  it('RD8: goes on for a device that has sent everything and is told of it again when it is back', async () => {
    await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignment);
    await clock.advance(minute);
    expect(coordinator.asked['check-in']).toHaveLength(1);
  });

  it('RD8: is over for a device at work that is not told of it again within half a minute of its hello', async () => {
    trainer.result = () => new Promise(() => {});
    const { errors } = await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(20_000);
    // A connection that is lost in between begins the half minute anew.
    coordinator.disconnect();
    await clock.advance(5 * minute);
    coordinator.connect();
    await clock.advance(29_999);
    expect(trainer.running).toBe(1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await clock.advance(1);
    expect(trainer.running).toBe(0);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('RD8: goes on for a device at work that is told of it again, before its hello is answered or after', async () => {
    for (const isBefore of [true, false]) {
      trainer.result = () => new Promise(() => {});
      const assignment = assignmentOf(clock);
      const it = await waiting();
      coordinator.send('assignment', assignment);
      await clock.advance(0);
      coordinator.disconnect();
      const { opened, open } = gate();
      const { hello } = coordinator.answers;
      coordinator.answers.hello = async message => {
        await opened;
        return hello(message);
      };
      coordinator.connect();
      if (isBefore) coordinator.send('assignment', assignment);
      open();
      await clock.advance(0);
      if (!isBefore) coordinator.send('assignment', assignment);
      await clock.advance(5 * minute);
      expect(trainer.running).toBe(1);
      coordinator.answers.hello = hello;
      await it.client.stop();
      await clock.advance(0);
    }
  });

  it('nothing of it is asked on a new connection before the coordinator knows whose that is', async () => {
    coordinator.answers.keys = () => {
      throw new MurmurationError('storage.full');
    };
    const { errors } = await waiting();
    const masking = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' } as const;
    const assignment = assignmentOf(clock, 'r1', { masking });
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    expect(coordinator.asked.keys).toHaveLength(1);
    coordinator.disconnect();
    const { opened, open } = gate();
    const { hello } = coordinator.answers;
    coordinator.answers.hello = async message => {
      await opened;
      return hello(message);
    };
    coordinator.connect();
    await clock.advance(minute);
    expect(coordinator.asked.keys).toHaveLength(1);
    open();
    await clock.advance(0);
    coordinator.send('assignment', assignment);
    coordinator.answers.keys = () => null;
    await clock.advance(30_000);
    expect(coordinator.asked.keys).toHaveLength(2);
    expect(coordinator.asked.keys[1]).toEqual(coordinator.asked.keys[0]);
    expect(errors).toEqual([]);
  });

  it('survives a listener that throws', async () => {
    const { client, rounds, errors } = await waiting();
    client.on('round', () => {
      throw new Error('a bug of the app');
    });
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(rounds.at(-1)).toBe('counted');
    expect(new Set(errors)).toEqual(new Set(['training.failed']));
    expect(coordinator.asked.leave).toEqual([]);
  });

  it('says what its storage failed at, and takes part in the next round', async () => {
    const { errors, rounds } = await waiting();
    const { put } = storage;
    storage.put = () => Promise.reject(new Error('The disk is full.'));
    storage.delete = () => Promise.reject(new Error('The disk is broken.'));
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(errors.length).toBeGreaterThan(0);
    storage.put = put;
    coordinator.send('assignment', assignmentOf(clock, 'r2'));
    await clock.advance(0);
    expect(rounds.at(-1)).toBe('counted');
  });

  it.each([
    ['too few values', { delta: new Float32Array(3), examples: 5 }],
    ['no examples', { delta: new Float32Array(8), examples: 0 }],
    ['half an example', { delta: new Float32Array(8), examples: 0.5 }],
    ['values that are no numbers', { delta: new Float32Array(8).fill(Number.NaN), examples: 5 }],
  ])('refuses a trainer that answers with %s', async (_, result) => {
    const { errors } = await waiting();
    trainer.result = async () => ({ ...result, metrics: {} });
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    expect(errors).toEqual(['training.failed']);
    expect(coordinator.uploads).toEqual([]);
  });
});

describe('stop', () => {
  it('RD7: leaves a round that is under way, and ends all that is', async () => {
    trainer.result = () => new Promise(() => {});
    const { client, errors } = await waiting();
    const assignment = assignmentOf(clock);
    coordinator.send('assignment', assignment);
    await clock.advance(0);
    await client.stop();
    expect(coordinator.asked.leave).toEqual([
      { round: assignment.round, assignment: assignment.assignment, reason: 'the app stopped' },
    ]);
    expect([trainer.running, trainer.closed, clock.pending, coordinator.isOpen]).toEqual([0, 1, 0, false]);
    expect(errors).toEqual([]);
  });

  it('ends the pause between two tries', async () => {
    coordinator.take = () => Promise.reject(new MurmurationError('server.unreachable'));
    const { client } = await waiting();
    coordinator.send('assignment', assignmentOf(clock));
    await clock.advance(0);
    await client.stop();
    expect([clock.pending, coordinator.uploads.length]).toEqual([0, 1]);
  });

  it('ends a check-in that is under way, and sets no timer', async () => {
    const { open, opened } = gate();
    coordinator.answers['check-in'] = () =>
      opened.then(() => ({ decision: 'later', after: 5, reason: 'busy' }));
    const { client, waits, errors } = await waiting();
    await client.stop();
    open();
    await clock.advance(hour);
    expect([clock.pending, waits, errors]).toEqual([0, [], []]);
  });

  it('comes before what start has to wait for', async () => {
    const { client } = device();
    const started = client.start();
    await client.stop();
    await started;
    expect(coordinator.isOpen).toBe(false);
  });

  it.each(['gathering', 'contributing', 'closing'])(
    'may be followed by start, in the phase %s',
    async phase => {
      const { client } = await waiting();
      if (phase === 'contributing') trainer.result = () => new Promise(() => {});
      if (phase !== 'gathering') coordinator.send('assignment', assignmentOf(clock));
      await clock.advance(0);
      await client.stop();
      await client.start();
      coordinator.connect();
      await clock.advance(0);
      expect(coordinator.asked['check-in']).toHaveLength(2);
    },
  );
});

describe('a device with several tasks', () => {
  const both = () => {
    const task = { examples: () => ['a'], trainer };
    return deviceOn(coordinator, clock, storage, { keyboard: task, photos: task });
  };
  const photos = () => assignmentOf(clock, 'p1', { task: 'photos' as TaskName });

  it('RD6: does one at a time, leaves what it has no time for, and asks for it again', async () => {
    const { open, opened } = gate();
    const { result } = trainer;
    trainer.result = () => opened.then(result);
    const { client, errors } = both();
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock));
    coordinator.send('assignment', photos());
    await clock.advance(0);
    expect(trainer.trainings).toBe(1);
    expect(coordinator.asked.leave.map(({ round }) => round)).toEqual([photos().round]);
    const checkIns = () => coordinator.asked['check-in'].filter(({ task }) => task === 'photos').length;
    await clock.advance(minute);
    expect(checkIns()).toBe(1);
    open();
    await clock.advance(10_000);
    expect(checkIns()).toBe(2);
    coordinator.send('assignment', { ...photos(), assignment: id('another') });
    await clock.advance(0);
    expect(coordinator.uploads).toHaveLength(2);
    expect(errors).toEqual([]);
  });
});
