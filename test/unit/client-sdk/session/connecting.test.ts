import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { assignmentOf } from '../memory-coordinator.ts';
import { clock, coordinator, device, gate, hour, minute, newScene, waiting } from './scene.ts';

beforeEach(newScene);

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

  it('ID3: asks nothing on a connection for the sake of an answer to the hello on the one before', async () => {
    const { hello } = coordinator.answers;
    const letGo: (() => void)[] = [];
    coordinator.answers.hello = async message => {
      const answer = hello(message);
      const { opened, open } = gate();
      letGo.push(open);
      await opened;
      return answer;
    };
    const { errors } = await waiting();
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    const [late, timely] = letGo;
    late!();
    await clock.advance(minute);
    expect(coordinator.asked['check-in']).toHaveLength(0);
    timely!();
    await clock.advance(0);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    expect(errors).toEqual([]);
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
    const again = await waiting(2);
    expect(coordinator.asked.enrol).toHaveLength(1);
    expect(coordinator.asked.enrol[0]!.token).toBe('the enrolment token');
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
    await clock.advance(500);
    expect(coordinator.asked.enrol.map(({ token }) => token)).toEqual(
      new Array(2).fill('a token for one use'),
    );
    expect(asked).toBe(1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it('stops where its token is used up, and asks an app that has others for the next one', async () => {
    const { enrol } = coordinator.answers;
    coordinator.answers.enrol = message => {
      if (message.token === 'fresh') return enrol(message);
      throw new MurmurationError('device.enrolment-used-up');
    };
    const fixed = device(1, 'used up');
    await fixed.client.start();
    coordinator.connect();
    await clock.advance(60_000);
    expect(fixed.errors).toEqual(['device.enrolment-used-up']);
    expect(coordinator.isOpen).toBe(false);
    const tokens = ['used up', 'fresh'];
    const other = device(2, async () => tokens.shift()!);
    await other.client.start();
    for (let again = 0; again < 2; again++) {
      coordinator.connect();
      await clock.advance(500);
    }
    expect(coordinator.asked.hello).toHaveLength(1);
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
      await clock.advance(500);
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
