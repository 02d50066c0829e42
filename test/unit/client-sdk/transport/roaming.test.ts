import { roaming } from '@murmuration/client-sdk/transport/roaming';
import type { Transport, TransportListener } from '@murmuration/client-sdk/transport/transport';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import { type CheckIn, checkIn, checkInAnswer } from '@murmuration/protocol/messages/check-in';
import {
  decodeAck,
  decodeFrame,
  encodeAccepted,
  encodeFrame,
  encodeRefused,
} from '@murmuration/protocol/messages/frame';
import { encodeAssignment } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';
import { assignmentOf } from '../memory-coordinator.ts';

type Answer = (event: DeviceEvent, message: CheckIn | undefined) => unknown;

/** A server that a device speaks with, of which a test decides all. */
class Peer {
  listener: TransportListener | undefined;
  readonly asked: [event: DeviceEvent, ticket?: string][] = [];
  readonly uploads: string[] = [];
  answer: Answer = () => null;
  /** Of uploads. */
  refusal: ErrorCode | undefined;
  /** Lets the answers go on that wait, where they are to wait; those that wait when the connection is closed come to nothing. */
  held: { goOn(): void; end(): void }[] | undefined;
  holds: readonly DeviceEvent[] = ['check-in'];

  transport(): Transport {
    return {
      open: listener => {
        this.listener = listener;
      },
      close: () => {
        this.listener = undefined;
        for (const { end } of this.held?.splice(0) ?? []) end();
      },
      request: async (event, frame) => {
        if (!this.listener) throw new MurmurationError('server.unreachable');
        const message = event === 'check-in' ? decodeFrame(frame, checkIn) : undefined;
        this.asked.push(message?.ticket ? [event, message.ticket] : [event]);
        if (this.held && this.holds.includes(event))
          await new Promise<void>((goOn, fail) => {
            this.held!.push({ goOn, end: () => fail(new MurmurationError('server.unreachable')) });
          });
        try {
          return encodeAccepted(this.answer(event, message));
        } catch (error) {
          return encodeRefused(error);
        }
      },
      download: async path => new TextEncoder().encode(path),
      upload: async path => {
        if (this.refusal) throw new MurmurationError(this.refusal);
        this.uploads.push(path);
      },
    };
  }

  get isOpen(): boolean {
    return this.listener !== undefined;
  }
}

function world({ base = 'https://learn.example.org', origins = [] as string[], random = 128 } = {}) {
  const clock = new VirtualClock(1_000);
  const peers = new Map<string, Peer>();
  const peer = (origin: string) => {
    const found = peers.get(origin) ?? new Peer();
    peers.set(origin, found);
    return found;
  };
  const made: string[] = [];
  const platform = { clock, random: (count: number) => new Uint8Array(count).fill(random) };
  const transport = roaming(
    new URL(base),
    platform,
    to => {
      made.push(to.origin);
      return peer(to.origin).transport();
    },
    origins,
  );
  const heard: string[] = [];
  transport.open({
    disconnected: reason => heard.push(`disconnected: ${reason}`),
    moving: () => heard.push('moving'),
    failed: () => heard.push('failed'),
    resting: () => heard.push('resting'),
    message: event => heard.push(event),
  });
  const checkInAs = async (task = 'line') =>
    decodeAck(await transport.request('check-in', encodeFrame({ task, conditions: {} })), checkInAnswer);
  /** Checks in at the front, which sends the device to `cell`; returns how that went. */
  const sent = async (cell: string, ticket = 'a ticket') => {
    peer(base).answer = event => (event === 'check-in' ? { decision: 'elsewhere', cell, ticket } : null);
    const error = await checkInAs().catch(cause => cause as MurmurationError);
    await clock.advance(0);
    return error;
  };
  return { clock, peer, made, transport, heard, checkInAs, sent, front: peer(base) };
}

const cell = 'https://cell-1.learn.example.org';
const refused = (code: string) => () => {
  throw new MurmurationError(code as never);
};

describe('TK1: the way to a cell', () => {
  it('leads to the cell that a front names, with its ticket, and back after the round', async () => {
    const { clock, peer, transport, heard, checkInAs, sent, front } = world();
    await sent(cell);
    expect([front.isOpen, peer(cell).isOpen]).toEqual([false, true]);
    expect(heard).toEqual(['moving']);
    peer(cell).answer = () => ({ decision: 'waiting' });
    expect(await checkInAs()).toEqual({ decision: 'waiting' });
    expect(peer(cell).asked).toEqual([['check-in', 'a ticket']]);
    peer(cell).listener!.message('assignment', new Uint8Array());
    await transport.upload('/v1/rounds/a', {} as never, new Uint8Array(), new AbortController().signal);
    expect(peer(cell).uploads).toEqual(['/v1/rounds/a']);
    peer(cell).listener!.message('round-end', new Uint8Array());
    await clock.advance(500);
    expect([front.isOpen, peer(cell).isOpen]).toEqual([true, false]);
    expect(heard).toEqual(['moving', 'assignment', 'round-end', 'moving']);
    front.answer = () => ({ decision: 'later', after: 5_000, reason: 'no round' });
    expect(await checkInAs()).toMatchObject({ decision: 'later' });
  });

  it('leads back from a cell that has no use for the device, or refuses it, half a second after it has led there', async () => {
    for (const answer of [
      () => ({ decision: 'later', after: 5_000, reason: 'enough' }),
      refused('ticket.refused'),
      refused('task.unknown'),
    ]) {
      const { clock, peer, checkInAs, sent, front } = world();
      await sent(cell);
      peer(cell).answer = answer;
      await checkInAs().catch(() => {});
      await clock.advance(499);
      expect(front.isOpen).toBe(false);
      await clock.advance(1);
      expect([front.isOpen, peer(cell).isOpen]).toEqual([true, false]);
    }
  });

  it('asks a cell once by a ticket: the next check-in is at the front', async () => {
    const { clock, peer, checkInAs, sent, front } = world();
    await sent(cell);
    peer(cell).answer = () => ({ decision: 'waiting' });
    await checkInAs();
    await expect(checkInAs()).rejects.toMatchObject({ code: 'server.unreachable' });
    await clock.advance(500);
    expect([front.isOpen, peer(cell).isOpen]).toEqual([true, false]);
    expect(peer(cell).asked).toHaveLength(1);
  });

  it('has other tasks of the device wait meanwhile, without a word to the cell', async () => {
    const { peer, checkInAs, sent } = world();
    await sent(cell);
    expect(await checkInAs('digits')).toMatchObject({ decision: 'later', after: 10_000 });
    expect(peer(cell).asked).toEqual([]);
  });

  it('leads back from a cell that is not reached, later each time', async () => {
    const { clock, peer, sent, front } = world();
    for (const pause of [500, 1_000, 2_000]) {
      await sent(cell);
      peer(cell).listener!.failed!(clock.now() + 1_000);
      expect(front.isOpen).toBe(false);
      await clock.advance(pause - 1);
      expect(front.isOpen).toBe(false);
      await clock.advance(1);
      expect(front.isOpen).toBe(true);
    }
  });
});

describe('TK3: a device whose cell is gone in the midst of a round', () => {
  const inRound = async (cohort?: number, random = 128) => {
    const all = world({ random });
    await all.sent(cell, 'the first');
    all.peer(cell).answer = () => ({ decision: 'waiting' });
    await all.checkInAs();
    const assignment =
      cohort === undefined
        ? new Uint8Array()
        : encodeAssignment(assignmentOf(all.clock, 'r1', { largestCohort: cohort }));
    all.peer(cell).listener!.message('assignment', assignment);
    all.peer(cell).listener!.disconnected('gone');
    await all.clock.advance(750);
    expect(all.front.isOpen).toBe(true);
    return all;
  };
  const next = 'https://cell-2.learn.example.org';

  it('shows its ticket to the front after the hello, and is led to the cell that has the round now', async () => {
    const { clock, peer, transport, front, heard } = await inRound();
    front.answer = event =>
      event === 'check-in' ? { decision: 'elsewhere', cell: next, ticket: 'the second' } : null;
    const begun = front.asked.length;
    await transport.request('hello', new Uint8Array());
    await clock.advance(0);
    expect(front.asked.slice(begun)).toEqual([['hello'], ['check-in', 'the first']]);
    expect(peer(next).isOpen).toBe(true);
    await transport.request('hello', new Uint8Array());
    peer(next).listener!.message('assignment', new Uint8Array());
    await transport.upload('/v1/rounds/a', {} as never, new Uint8Array(), new AbortController().signal);
    expect(peer(next).uploads).toHaveLength(1);
    // It is named its round again, and checks in for no other.
    expect(peer(next).asked).toEqual([['hello']]);
    expect(heard.filter(event => event === 'moving')).toHaveLength(3);
  });

  it('asks a front that has it come back at once a few times a second, not hundreds of times', async () => {
    const { clock, transport, front } = await inRound();
    let asked = 0;
    front.answer = event => {
      if (event !== 'check-in') return null;
      asked += 1;
      return { decision: 'later', after: asked < 1_000 ? 0 : 60_000, reason: 'come back' };
    };
    await transport.request('hello', new Uint8Array());
    await clock.advance(10_000);
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(41);
  });

  it('asks again while no cell has the task yet', async () => {
    const { clock, peer, transport, front } = await inRound();
    front.answer = event =>
      event === 'check-in' ? { decision: 'later', after: 1_500, reason: 'another cell takes over' } : null;
    await transport.request('hello', new Uint8Array());
    await clock.advance(1_499);
    front.answer = () => ({ decision: 'elsewhere', cell: next, ticket: 'the second' });
    expect(peer(next).isOpen).toBe(false);
    await clock.advance(1);
    await clock.advance(0);
    expect(peer(next).isOpen).toBe(true);
  });

  it.each([0, 1])(
    'asks twice at once, as where its connection was another one, and goes where answer %i leads',
    async first => {
      const { clock, peer, transport, front } = await inRound();
      front.answer = event =>
        event === 'check-in' ? { decision: 'elsewhere', cell: next, ticket: 'the second' } : null;
      front.held = [];
      await transport.request('hello', new Uint8Array());
      await transport.request('hello', new Uint8Array());
      expect(front.held).toHaveLength(2);
      front.held.splice(first, 1)[0]!.goOn();
      await clock.advance(0);
      front.held[0]?.goOn();
      front.held = undefined;
      await clock.advance(0);
      await clock.advance(60_000);
      expect([front.isOpen, peer(next).isOpen]).toEqual([false, true]);
    },
  );

  it('goes where a check-in of its own leads while it asks where its round is', async () => {
    const { clock, peer, transport, front, checkInAs } = await inRound();
    front.answer = event =>
      event === 'check-in' ? { decision: 'elsewhere', cell: next, ticket: 'the second' } : null;
    front.held = [];
    await transport.request('hello', new Uint8Array());
    const checkedIn = checkInAs().catch(error => error);
    front.held.pop()!.goOn();
    expect(await checkedIn).toMatchObject({ code: 'server.unreachable' });
    await clock.advance(60_000);
    expect([front.isOpen, peer(next).isOpen]).toEqual([false, true]);
  });

  it('goes where an answer leads that comes together with a welcome', async () => {
    const { clock, peer, transport, front } = await inRound();
    front.answer = event =>
      event === 'check-in' ? { decision: 'elsewhere', cell: next, ticket: 'the second' } : null;
    front.held = [];
    front.holds = ['check-in', 'hello'];
    const first = transport.request('hello', new Uint8Array());
    front.held.shift()!.goOn();
    await first;
    await clock.advance(0);
    const second = transport.request('hello', new Uint8Array());
    for (const { goOn } of front.held.splice(0)) goOn();
    await second;
    await clock.advance(60_000);
    expect([front.isOpen, peer(next).isOpen]).toEqual([false, true]);
  });

  it('asks nothing any more once it is closed', async () => {
    const { clock, transport, front } = await inRound();
    front.held = [];
    await transport.request('hello', new Uint8Array());
    transport.close();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });

  it.each([
    [100, 2_000, 'at the least'],
    [1_300, 5_200, 'as long as 250 devices of its cohort a second take'],
    [13_000, 30_000, 'as long as at any time'],
    [1, 30_000, 'as long as at any time, where it is read by itself'],
  ])(
    'goes back to a front that names the lost cell, in a cohort of %i every %i ms in the end: %s',
    async (cohort, longest) => {
      const { clock, peer, transport, front } = await inRound(cohort);
      front.answer = event =>
        event === 'check-in' ? { decision: 'elsewhere', cell, ticket: 'the first' } : null;
      const waits: number[] = [];
      for (let visit = 0; visit < 9; visit++) {
        await transport.request('hello', new Uint8Array());
        await clock.advance(0);
        const lost = clock.now();
        peer(cell).listener!.failed!(lost + 1_000);
        while (!front.isOpen) await clock.advance(50);
        waits.push(clock.now() - lost);
      }
      expect(waits[0]).toBeLessThanOrEqual(1_000);
      expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
      expect(waits.at(-1)).toBe(longest);
      // Its next check-in is as any other.
      await transport.request('check-in', encodeFrame({ task: 'line', conditions: {} })).catch(() => {});
      await clock.advance(0);
      const lost = clock.now();
      peer(cell).listener!.failed!(lost + 1_000);
      await clock.advance(29_999);
      expect(front.isOpen).toBe(false);
      await clock.advance(1);
      expect(front.isOpen).toBe(true);
    },
  );

  it('waits up to half as long more or less, so that a cohort does not come back all at once', async () => {
    for (const [random, wait] of [
      [0, 1_000],
      [255, 2_993],
    ] as const) {
      const { clock, peer, transport, front } = await inRound(100, random);
      front.answer = event =>
        event === 'check-in' ? { decision: 'elsewhere', cell, ticket: 'the first' } : null;
      for (let visit = 0; visit < 5; visit++) {
        await transport.request('hello', new Uint8Array());
        await clock.advance(0);
        peer(cell).listener!.failed!(clock.now());
        await clock.advance(visit === 4 ? wait - 1 : 4_000);
      }
      expect(front.isOpen).toBe(false);
      await clock.advance(1);
      expect(front.isOpen).toBe(true);
    }
  });

  it('seeks its round from the loss of its cell to the naming by another one', async () => {
    const { clock, peer, transport, front } = await inRound();
    expect(transport.isSeeking!()).toBe(true);
    front.answer = event =>
      event === 'check-in' ? { decision: 'elsewhere', cell: next, ticket: 'the second' } : null;
    await transport.request('hello', new Uint8Array());
    await clock.advance(0);
    await transport.request('hello', new Uint8Array());
    expect(transport.isSeeking!()).toBe(true);
    peer(next).listener!.message('assignment', new Uint8Array());
    expect(transport.isSeeking!()).toBe(false);
    // What was named is left by other means.
    transport.stopSeeking!();
    peer(next).listener!.disconnected('gone');
    expect(transport.isSeeking!()).toBe(true);
    transport.stopSeeking!();
    expect(transport.isSeeking!()).toBe(false);
    await clock.advance(2_000);
    const { length } = front.asked;
    await transport.request('hello', new Uint8Array());
    await clock.advance(60_000);
    expect(front.asked.slice(length)).toEqual([['hello']]);
  });

  it('asks no more where the front refuses to say where its round is for good', async () => {
    const { clock, transport, front } = await inRound();
    front.answer = event => (event === 'check-in' ? refused('server.busy')() : null);
    await transport.request('hello', new Uint8Array());
    await clock.advance(5_000);
    expect(transport.isSeeking!()).toBe(true);
    front.answer = event => (event === 'check-in' ? refused('task.unknown')() : null);
    await clock.advance(5_000);
    expect(transport.isSeeking!()).toBe(false);
    const { length } = front.asked;
    await clock.advance(60_000);
    expect(front.asked).toHaveLength(length);
  });

  it('sends the front nothing of its round, which would only say that it knows none', async () => {
    const { transport, front } = await inRound();
    const begun = front.asked.length;
    for (const event of ['keys', 'shares', 'agree', 'reveal', 'leave'] as const)
      await expect(transport.request(event, new Uint8Array())).rejects.toMatchObject({
        code: 'server.unreachable',
      });
    const upload = transport.upload('/a', {} as never, new Uint8Array(), new AbortController().signal);
    await expect(upload).rejects.toMatchObject({ code: 'server.unreachable' });
    expect([front.asked.length, front.uploads]).toEqual([begun, []]);
  });

  it('sends a cell nothing of a round that it has not named, and asks the front again where the round is', async () => {
    const { clock, peer, transport, front } = await inRound();
    // The front knows a moment later that the task has moved: at the old address a cell was started again.
    front.answer = event => (event === 'check-in' ? { decision: 'elsewhere', cell, ticket: 'again' } : null);
    await transport.request('hello', new Uint8Array());
    await clock.advance(0);
    const unknown = peer(cell);
    unknown.answer = event => (event === 'hello' ? null : refused('round.unknown')());
    await transport.request('hello', new Uint8Array());
    for (const event of ['keys', 'shares', 'agree', 'reveal', 'leave'] as const)
      await expect(transport.request(event, new Uint8Array())).rejects.toMatchObject({
        code: 'server.unreachable',
      });
    const upload = () => transport.upload('/a', {} as never, new Uint8Array(), new AbortController().signal);
    await expect(upload()).rejects.toMatchObject({ code: 'server.unreachable' });
    expect(unknown.uploads).toEqual([]);
    await clock.advance(1_999);
    expect(unknown.isOpen).toBe(true);
    front.answer = event =>
      event === 'check-in' ? { decision: 'elsewhere', cell: next, ticket: 'moved' } : null;
    await clock.advance(1 + 2 * 1_000);
    await transport.request('hello', new Uint8Array());
    await clock.advance(0);
    expect(peer(next).isOpen).toBe(true);
    await transport.request('hello', new Uint8Array());
    peer(next).listener!.message('assignment', new Uint8Array());
    await upload();
    expect(peer(next).uploads).toEqual(['/a']);
    await clock.advance(60_000);
    expect(peer(next).isOpen).toBe(true);
  });

  it('takes its cell for gone where an upload finds another one at its address, which knows no such round', async () => {
    const { clock, peer, transport, front, sent, checkInAs } = world();
    await sent(cell, 'the first');
    peer(cell).answer = () => ({ decision: 'waiting' });
    await checkInAs();
    peer(cell).listener!.message('assignment', new Uint8Array());
    const upload = () => transport.upload('/a', {} as never, new Uint8Array(), new AbortController().signal);
    // What the round itself refuses stays refused.
    peer(cell).refusal = 'round.closed';
    await expect(upload()).rejects.toMatchObject({ code: 'round.closed' });
    expect(peer(cell).isOpen).toBe(true);
    peer(cell).refusal = 'round.unknown';
    await expect(upload()).rejects.toMatchObject({ code: 'server.unreachable' });
    await clock.advance(1_000);
    expect([front.isOpen, peer(cell).isOpen]).toEqual([true, false]);
    front.answer = event =>
      event === 'check-in' ? { decision: 'elsewhere', cell: next, ticket: 'moved' } : null;
    await transport.request('hello', new Uint8Array());
    await clock.advance(0);
    await transport.request('hello', new Uint8Array());
    peer(next).listener!.message('assignment', new Uint8Array());
    await upload();
    expect(peer(next).uploads).toEqual(['/a']);
  });

  it('has a part in no round after three cells that name none', async () => {
    const { clock, transport, front } = await inRound();
    front.answer = event =>
      event === 'check-in' ? { decision: 'elsewhere', cell: next, ticket: 'again' } : null;
    for (let visit = 0; visit < 3; visit++) {
      await transport.request('hello', new Uint8Array());
      await clock.advance(0);
      expect(front.isOpen).toBe(false);
      await transport.request('hello', new Uint8Array());
      await clock.advance(2_000 + 30_000);
      expect(front.isOpen).toBe(true);
    }
    const begun = front.asked.length;
    await transport.request('hello', new Uint8Array());
    await clock.advance(60_000);
    expect(front.asked.slice(begun)).toEqual([['hello']]);
    await transport.request('reveal', new Uint8Array());
    expect(front.asked.at(-1)).toEqual(['reveal']);
  });

  it('is in no round any more once it checks in by itself', async () => {
    const { checkInAs, transport, front } = await inRound();
    front.answer = () => ({ decision: 'later', after: 5_000, reason: 'no round' });
    await checkInAs();
    const begun = front.asked.length;
    await transport.request('hello', new Uint8Array());
    expect(front.asked.slice(begun)).toEqual([['hello']]);
  });
});

describe('TK4: a front that lies', () => {
  it('leads to no other host than its own and those below it, but where the app names it', async () => {
    for (const [to, goes] of [
      ['https://learn.example.org:8443', true],
      ['https://cell-1.learn.example.org', true],
      ['https://example.org', false],
      ['https://other.example.org', false],
      ['https://evillearn.example.org', false],
      ['https://learn.example.org.evil.org', false],
      ['https://trusted.example.net', true],
      ['https://trusted.example.net:8443', false],
    ] as const) {
      const { made, sent } = world({ origins: ['https://trusted.example.net'] });
      const error = await sent(to);
      expect([to, made.length > 1, error]).toEqual([
        to,
        goes,
        expect.objectContaining({ code: goes ? 'server.unreachable' : 'ticket.refused' }),
      ]);
    }
  });

  it('leads from https to https alone, and to nothing but an address', async () => {
    for (const to of [
      'http://cell-1.learn.example.org',
      'https://user:secret@cell-1.learn.example.org',
      'javascript:alert(1)',
      'file:///etc/passwd',
      '',
    ]) {
      const { made, sent } = world();
      expect(await sent(to)).toMatchObject({ code: 'ticket.refused' });
      expect(made).toHaveLength(1);
    }
  });

  it('leads to another port of this machine where the device speaks with one', async () => {
    const { made, sent } = world({ base: 'http://localhost:8800' });
    await sent('http://127.0.0.1:8801');
    expect(made).toEqual(['http://localhost:8800', 'http://127.0.0.1:8801']);
  });
});
