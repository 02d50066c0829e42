import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { FloatSum } from '@murmuration/rounds/aggregation/float-sum';
import { SingleUpdates } from '@murmuration/rounds/aggregation/single-updates';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { Checkpointer } from '@murmuration/rounds/rounds/checkpointer';
import { beforeEach, describe, expect, it } from 'vitest';
import { layout, updateOf } from '../../server/federation.ts';
import { SlowRounds } from './slow-rounds.ts';
import { termsOf } from './terms.ts';

const masking = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' } as const;
const settings = { clip: 100, weightCap: 32 };
const sumOf = () => new FloatSum(layout, settings);

let clock: VirtualClock;
let store: SlowRounds;

beforeEach(async () => {
  clock = new VirtualClock();
  store = new SlowRounds();
  await store.kept.begin(termsOf());
});

/** A checkpointer, and how updates are added to its sum; what has become of each acknowledgement is kept by name. */
function open({ isMasked = false, aggregate = sumOf() as FloatSum | SingleUpdates } = {}) {
  const events = new CoordinatorEvents();
  const terms = termsOf({ masking: isMasked ? masking : null });
  const checkpointer = new Checkpointer(terms, aggregate, { store, clock, events });
  const acknowledged: Record<string, string> = {};
  return {
    commit: checkpointer.commit,
    acknowledged,
    add(name: string, value = 1) {
      const assignment = name as AssignmentId;
      aggregate.add(updateOf([value, 0, 0, 0]));
      checkpointer.add({ assignment, digest: new Uint8Array(32).fill(value), signature: null });
      this.ask(name);
    },
    ask(name: string) {
      acknowledged[name] = 'waits';
      checkpointer.acknowledge(name as AssignmentId).then(
        () => {
          acknowledged[name] = 'durable';
        },
        ({ code }) => {
          acknowledged[name] = code;
        },
      );
    },
  };
}

describe('the checkpoints of a masked sum', () => {
  it('hold every contributor, and those who come while one is written are in the next', async () => {
    const it = open({ isMasked: true });
    it.add('a');
    expect(await store.underWrite()).toEqual(['a']);
    it.add('b');
    it.add('c');
    expect(it.acknowledged).toEqual({ a: 'waits', b: 'waits', c: 'waits' });
    await store.go();
    expect(it.acknowledged).toEqual({ a: 'durable', b: 'waits', c: 'waits' });
    expect(await store.underWrite()).toEqual(['a b c']);
    await store.go();
    expect(it.acknowledged).toEqual({ a: 'durable', b: 'durable', c: 'durable' });
    expect(store.erased).toEqual([false, false]);
  });

  it('have sum and contributors of one moment, whatever is added while they are written', async () => {
    const it = open({ isMasked: true });
    it.add('a', 3);
    await store.underWrite();
    it.add('b', 5);
    await store.go();
    const { checkpoint } = await store.saved();
    const restored = sumOf();
    restored.restore(checkpoint!.sum);
    expect(checkpoint!.contributors).toEqual([
      { assignment: 'a', digest: new Uint8Array(32).fill(3), signature: null },
    ]);
    expect(restored.mean().delta[0]).toBe(3);
  });
});

describe('the checkpoints of a sum that is not masked', () => {
  it('add two contributors or more, and overwrite what was there', async () => {
    const it = open();
    it.add('a');
    expect(await store.underWrite()).toEqual([]);
    it.add('b');
    expect(await store.underWrite()).toEqual(['a b']);
    await store.go();
    expect(it.acknowledged).toEqual({ a: 'durable', b: 'durable' });
    it.add('c');
    expect(await store.underWrite()).toEqual([]);
    // Those who are durable hear so although somebody else waits.
    it.ask('a');
    await settled();
    expect(it.acknowledged).toEqual({ a: 'durable', b: 'durable', c: 'waits' });
    it.add('d');
    it.add('e');
    expect(await store.underWrite()).toEqual(['a b c d e']);
    await store.go();
    expect(store.erased).toEqual([true, true]);
    expect(Object.values(it.acknowledged)).toEqual(Array.from({ length: 5 }, () => 'durable'));
  });

  it('are made of what was there before, where they go on after a restart', async () => {
    const sum = sumOf();
    for (const value of [1, 2]) sum.add(updateOf([value, 0, 0, 0]));
    const digest = new Uint8Array(32);
    const before = ['a', 'b'].map(name => ({ assignment: name as AssignmentId, digest, signature: null }));
    const events = new CoordinatorEvents();
    const checkpointer = new Checkpointer(termsOf(), sum, { store, clock, events }, before);
    await checkpointer.acknowledge('a' as AssignmentId);
    sum.add(updateOf([3, 0, 0, 0]));
    checkpointer.add({ assignment: 'c' as AssignmentId, digest, signature: null });
    expect(await store.underWrite()).toEqual([]);
    sum.add(updateOf([6, 0, 0, 0]));
    checkpointer.add({ assignment: 'd' as AssignmentId, digest, signature: null });
    expect(await store.underWrite()).toEqual(['a b c d']);
  });

  it('leave the last one to the commit that closes the round', async () => {
    const it = open();
    for (const name of ['a', 'b', 'c']) it.add(name);
    await store.underWrite();
    it.add('d');
    await store.go();
    expect(it.acknowledged).toEqual({ a: 'durable', b: 'durable', c: 'durable', d: 'waits' });
    const sent: string[] = [];
    it.commit.whenDurable(() => sent.push('closed'));
    await it.commit.halt();
    it.commit.conclude();
    await settled();
    expect(it.acknowledged.d).toBe('durable');
    expect(sent).toEqual(['closed']);
  });

  it('refuse it for now where that commit fails', async () => {
    const it = open();
    it.add('a');
    await it.commit.halt();
    it.commit.refuse(new MurmurationError('storage.full'));
    await settled();
    expect(it.acknowledged).toEqual({ a: 'storage.full' });
    it.ask('a');
    it.commit.conclude();
    await settled();
    expect(it.acknowledged).toEqual({ a: 'durable' });
  });

  it('refuse it where the round fails instead', async () => {
    const it = open();
    it.add('a');
    it.commit.conclude(new MurmurationError('round.closed'));
    await settled();
    expect(it.acknowledged).toEqual({ a: 'round.closed' });
  });

  it('refuse those who wait while the storage takes nothing, and add no single one to what may be there', async () => {
    const it = open();
    it.add('a');
    it.add('b');
    await store.underWrite();
    it.add('c');
    await store.fail(new MurmurationError('storage.read-only'));
    expect(it.acknowledged).toEqual({
      a: 'storage.read-only',
      b: 'storage.read-only',
      c: 'storage.read-only',
    });
    it.ask('a');
    it.ask('c');
    await clock.advance(1_000);
    expect(await store.underWrite()).toEqual(['a b']);
    await store.go();
    expect(it.acknowledged).toMatchObject({ a: 'durable', c: 'waits' });
    expect(await store.underWrite()).toEqual([]);
    it.add('d');
    expect(await store.underWrite()).toEqual(['a b c d']);
    await store.fail(new MurmurationError('storage.full'));
    it.add('e');
    it.add('f');
    await clock.advance(1_000);
    expect(await store.underWrite()).toEqual(['a b c d e f']);
    await store.go();
    expect(await store.underWrite()).toEqual([]);
    expect((await store.saved()).checkpoint!.contributors).toHaveLength(6);
  });
});

describe('single updates', () => {
  it('are never written down: they wait for the end of the round', async () => {
    const it = open({ aggregate: new SingleUpdates(sumOf) });
    for (const name of ['a', 'b', 'c']) it.add(name);
    expect(await store.underWrite()).toEqual([]);
    await it.commit.flush();
    expect(it.acknowledged).toEqual({ a: 'waits', b: 'waits', c: 'waits' });
    it.commit.conclude();
    await settled();
    expect(it.acknowledged).toEqual({ a: 'durable', b: 'durable', c: 'durable' });
  });
});
