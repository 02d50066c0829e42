import type { ConnectionState } from '@murmuration/client-sdk/transport/connection-state';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { clock, coordinator, device, gate, newScene } from './scene.ts';

beforeEach(newScene);

/** A client, and how it has stood with its coordinator. */
function watched() {
  const { client, errors } = device();
  const states: ConnectionState[] = [];
  client.on('connection', state => states.push(state));
  return { client, errors, states, names: () => states.map(({ state }) => state) };
}

describe('how a client stands with its coordinator', () => {
  it('is told as it changes, and can be asked for', async () => {
    const { client, states, names } = watched();
    let told = 0;
    const unsubscribe = client.subscribe(() => told++);
    expect(client.state).toEqual({ state: 'off' });
    await client.start();
    expect(client.state).toEqual({ state: 'connecting' });
    coordinator.connect();
    await clock.advance(0);
    expect(client.state).toEqual({ state: 'connected' });
    // A second challenge is no change, and what is the same is the same object.
    const { state } = client;
    coordinator.connect();
    await clock.advance(0);
    expect(client.state).toBe(state);
    unsubscribe();
    await client.stop();
    expect(client.state).toEqual({ state: 'off' });
    expect(names()).toEqual(['connecting', 'connected', 'off']);
    expect(told).toBe(2);
    expect(client.state).toBe(states.at(-1));
  });

  it('says why a hello waits, and until when', async () => {
    const { hello } = coordinator.answers;
    coordinator.answers.hello = message => {
      if (coordinator.asked.hello.length > 1) return hello(message);
      throw new MurmurationError('request.too-often', undefined, { after: 4_000 });
    };
    const { client, names } = watched();
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    const { state } = client;
    if (state.state !== 'waiting') throw new Error(state.state);
    expect(state.error.code).toBe('request.too-often');
    await clock.advance(state.retryAt - clock.now() - 1);
    expect(client.state).toBe(state);
    await clock.advance(1);
    expect(names()).toEqual(['connecting', 'waiting', 'connected']);
    await client.stop();
  });

  it('says when the coordinator does not take the device', async () => {
    coordinator.answers.enrol = () => {
      throw new MurmurationError('device.enrolment-refused');
    };
    const { client, errors, names } = watched();
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    expect(client.state).toMatchObject({ state: 'refused', error: { code: 'device.enrolment-refused' } });
    expect(errors).toEqual(['device.enrolment-refused']);
    await client.stop();
    expect(names()).toEqual(['connecting', 'refused', 'off']);
  });

  it('stays off once it has stopped, whatever is still found out', async () => {
    const { client, names } = watched();
    await client.start();
    const { opened, open } = gate();
    coordinator.findProblem = async () => {
      await opened;
      return { problem: 'refused', detail: 'Nothing listens there.' };
    };
    coordinator.fail();
    await client.stop();
    open();
    await clock.advance(60_000);
    expect(names()).toEqual(['connecting', 'waiting', 'off']);
  });

  it('finds out what is in the way, once a minute at most, and says so until it is known again', async () => {
    let searches = 0;
    coordinator.findProblem = async () => {
      searches++;
      if (searches === 2) throw new Error('The page is going away.');
      return { problem: 'refused', detail: 'Nothing listens there.' };
    };
    const { client, states } = watched();
    await client.start();
    coordinator.fail();
    await clock.advance(0);
    const refused = {
      state: 'waiting',
      problem: 'refused',
      error: { code: 'server.unreachable', detail: 'Nothing listens there.' },
    };
    expect(states.at(-2)).not.toHaveProperty('problem');
    expect(client.state).toMatchObject({ ...refused, retryAt: clock.now() });
    await clock.advance(59_999);
    coordinator.fail();
    await clock.advance(0);
    expect(client.state).toMatchObject({ ...refused, retryAt: clock.now() });
    expect(searches).toBe(1);
    await clock.advance(1);
    coordinator.fail();
    await clock.advance(0);
    expect(searches).toBe(2);
    expect(client.state).toMatchObject(refused);
    // Whoever was connected in between is told at once.
    coordinator.connect();
    await clock.advance(0);
    coordinator.disconnect();
    expect(client.state).toMatchObject({ state: 'waiting', retryAt: clock.now() });
    expect(client.state).not.toHaveProperty('problem');
    await clock.advance(0);
    expect(searches).toBe(2);
    coordinator.fail();
    await clock.advance(0);
    expect(searches).toBe(3);
    expect(client.state).toMatchObject(refused);
    await client.stop();
  });
});
