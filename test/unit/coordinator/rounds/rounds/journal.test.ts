import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { Journal } from '@murmuration/rounds/rounds/journal';
import { beforeEach, describe, expect, it } from 'vitest';
import { SlowRounds } from './slow-rounds.ts';
import { termsOf } from './terms.ts';

const full = new MurmurationError('storage.full');
const left = (name: string) => ({ type: 'left', assignment: name as AssignmentId }) as const;

let clock: VirtualClock;
let store: SlowRounds;
let faults: unknown[];

beforeEach(() => {
  clock = new VirtualClock();
  store = new SlowRounds();
  faults = [];
});

function open({ isBegun = false, isKept = true } = {}): Journal {
  const events = new CoordinatorEvents();
  events.on('fault', (where, error) => faults.push([where, error]));
  return new Journal(termsOf(), { store: isKept ? store : undefined, clock, events }, isBegun);
}

/** What has become of a promise so far. */
function watch(promise: Promise<void>): { state: string } {
  const watched = { state: 'waits' };
  promise.then(
    () => {
      watched.state = 'durable';
    },
    ({ code }) => {
      watched.state = code;
    },
  );
  return watched;
}

describe('a journal', () => {
  it('writes down that the round begins, and then what happens, one write at a time with all that waits', async () => {
    const journal = open();
    const acks = [watch(journal.commit.acknowledge())];
    expect(await store.underWrite()).toEqual(['begin']);
    for (const name of ['a', 'b', 'c']) {
      journal.append(left(name));
      acks.push(watch(journal.commit.acknowledge()));
    }
    expect(await store.underWrite()).toEqual(['begin']);
    await store.go();
    expect(acks.map(({ state }) => state)).toEqual(['durable', 'waits', 'waits', 'waits']);
    expect(await store.underWrite()).toEqual(['a b c']);
    journal.append(left('d'));
    await store.go();
    expect(acks.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'durable'));
    expect(await store.underWrite()).toEqual(['d']);
    await store.go();
    expect((await store.saved()).entries).toEqual(['a', 'b', 'c', 'd']);
    expect(await store.underWrite()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('writes what is there before the first write begins together with the beginning', async () => {
    const journal = open();
    journal.append(left('a'));
    expect(await store.underWrite()).toEqual(['begin']);
    await store.go();
    expect(await store.underWrite()).toEqual(['a']);
    await store.go();
    expect(await store.underWrite()).toEqual([]);
  });

  it('lets out what follows from an entry once that is durable, in order, and at once what follows from nothing new', async () => {
    const journal = open({ isBegun: true });
    const sent: string[] = [];
    await store.kept.begin(termsOf());
    journal.commit.whenDurable(() => sent.push('nothing new'));
    expect(sent).toEqual(['nothing new']);
    journal.append(left('a'));
    journal.commit.whenDurable(() => sent.push('a1'));
    journal.commit.whenDurable(() => sent.push('a2'));
    await store.underWrite();
    journal.append(left('b'));
    journal.commit.whenDurable(() => sent.push('b'));
    expect(sent).toEqual(['nothing new']);
    await store.go();
    expect(sent).toEqual(['nothing new', 'a1', 'a2']);
    await store.go();
    expect(sent).toEqual(['nothing new', 'a1', 'a2', 'b']);
  });

  it('refuses acknowledgements while the storage takes nothing, keeps what happened, and writes it down later', async () => {
    const journal = open();
    await store.underWrite();
    await store.go();
    journal.append(left('a'));
    const refused = watch(journal.commit.acknowledge());
    const sent: string[] = [];
    journal.commit.whenDurable(() => sent.push('a'));
    await store.underWrite();
    await store.fail(full);
    expect(refused.state).toBe('storage.full');
    journal.append(left('b'));
    const next = watch(journal.commit.acknowledge());
    // Not at once: a disk does not get emptier by that.
    await clock.advance(999);
    expect(await store.underWrite()).toEqual([]);
    await clock.advance(1);
    expect(await store.underWrite()).toEqual(['a b']);
    await store.fail(full);
    expect(next.state).toBe('storage.full');
    expect(sent).toEqual([]);
    await clock.advance(1_000);
    // The same bytes once more wait once more.
    const again = watch(journal.commit.acknowledge());
    await store.underWrite();
    await store.go();
    expect(again.state).toBe('durable');
    expect(sent).toEqual(['a']);
    expect((await store.saved()).entries).toEqual(['a', 'b']);
    expect(faults).toEqual([['writing the journal of a round', full]]);
  });

  it('has a code for every failure, which tells devices to try again', async () => {
    const journal = open();
    const refused = [watch(journal.commit.acknowledge())];
    await store.underWrite();
    await store.fail(new Error('EIO'));
    refused.push(watch(journal.commit.acknowledge()));
    await clock.advance(1_000);
    await store.fail(new MurmurationError('storage.corrupt'));
    expect(refused.map(({ state }) => state)).toEqual(['storage.failed', 'storage.failed']);
    await clock.advance(1_000);
    expect(await store.underWrite()).toEqual(['begin']);
  });

  it('reports each outage once', async () => {
    const journal = open();
    await store.underWrite();
    await store.fail(full);
    await clock.advance(1_000);
    await store.fail(full);
    await clock.advance(1_000);
    await store.go();
    expect(faults).toHaveLength(1);
    journal.append(left('a'));
    await store.underWrite();
    await store.fail(full);
    expect(faults).toHaveLength(2);
  });

  it('begins no write once it is halted, and waits for the one under way', async () => {
    const journal = open();
    await store.underWrite();
    journal.append(left('a'));
    const halted = watch(journal.commit.halt());
    await settled();
    expect(halted.state).toBe('waits');
    await store.go();
    expect(halted.state).toBe('durable');
    expect(await store.underWrite()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('halts in the middle of an outage, and leaves no timer', async () => {
    const journal = open();
    await store.underWrite();
    await store.fail(full);
    await journal.commit.halt();
    expect(clock.pending).toBe(0);
  });

  it('lets out everything once the round has ended', async () => {
    const journal = open();
    await store.underWrite();
    journal.append(left('a'));
    const ack = watch(journal.commit.acknowledge());
    const sent: string[] = [];
    journal.commit.whenDurable(() => sent.push('a'));
    const halted = journal.commit.halt();
    await store.go();
    await halted;
    journal.commit.conclude();
    await settled();
    expect(ack.state).toBe('durable');
    expect(sent).toEqual(['a']);
    journal.append(left('b'));
    expect(await store.underWrite()).toEqual([]);
  });

  it('tells whoever waits that it is abandoned, lets nothing out, and has written what it could', async () => {
    const journal = open();
    await store.underWrite();
    journal.append(left('a'));
    const ack = watch(journal.commit.acknowledge());
    const flushed = watch(journal.commit.flush());
    await store.go();
    expect(flushed.state).toBe('waits');
    await store.go();
    expect([flushed.state, ack.state]).toEqual(['durable', 'durable']);
    journal.append(left('b'));
    const late = [watch(journal.commit.acknowledge())];
    const sent: string[] = [];
    journal.commit.whenDurable(() => sent.push('b'));
    await store.underWrite();
    journal.commit.abandon(new MurmurationError('server.stopping'));
    late.push(watch(journal.commit.acknowledge()));
    await store.go();
    expect(late.map(({ state }) => state)).toEqual(['server.stopping', 'server.stopping']);
    expect(sent).toEqual([]);
  });

  it('waits for nothing where nothing is kept', async () => {
    const journal = open({ isKept: false });
    journal.append(left('a'));
    const sent: string[] = [];
    journal.commit.whenDurable(() => sent.push('a'));
    expect(sent).toEqual(['a']);
    await journal.commit.acknowledge();
    await journal.commit.halt();
  });
});
