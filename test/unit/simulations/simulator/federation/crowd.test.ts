import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Crowd, type CrowdDevice } from '@murmuration/simulations/federation/crowd';
import { describe, expect, it } from 'vitest';

const never = Number.POSITIVE_INFINITY;

interface Options {
  readonly size: number;
  readonly seed?: number;
  /** When each can be reached first; 0 by default. */
  readonly from?: Readonly<Record<number, number>>;
  /** Until when each can be reached; for ever by default. */
  readonly until?: Readonly<Record<number, number>>;
  readonly isSteered?: boolean;
}

/** A crowd of devices that do what a test says; `clock.advance` lets it settle. */
function scene({ size, seed = 1, from = {}, until = {}, isSteered = false }: Options) {
  const clock = new VirtualClock(0);
  const online = new Map<
    number,
    { standing: CrowdDevice['standing']; readonly waits: (after: number | null) => void }
  >();
  const came: number[] = [];
  const cut: number[] = [];
  const failed: number[] = [];
  const crowd = new Crowd(
    {
      clock,
      seed,
      size,
      behaviour: {
        nextOnline: (device, time) => {
          const start = Math.max(time, from[device] ?? 0);
          return start < (until[device] ?? never) ? start : never;
        },
        onlineUntil: device => until[device] ?? never,
      },
      cut: device => cut.push(device),
      appear(number, waits) {
        came.push(number);
        const state: { standing: CrowdDevice['standing']; waits: typeof waits } = {
          standing: 'coming',
          waits,
        };
        online.set(number, state);
        return {
          number,
          get standing() {
            return state.standing;
          },
          start: async () => {},
          async stop() {
            state.standing = 'leaving';
            online.delete(number);
          },
        };
      },
      failed: device => failed.push(device),
    },
    isSteered,
  );
  return { clock, crowd, online, came, cut };
}

describe('a crowd whose rounds invite', () => {
  it('brings as many devices as a round wants, others in another round, the same for a seed', async () => {
    const invited = async (seed: number, round: number) => {
      const { clock, crowd, came } = scene({ size: 100, seed });
      crowd.invite(10, round);
      await clock.advance(1);
      expect(crowd.online).toBe(10);
      return came;
    };
    const one = await invited(1, 1);
    expect(new Set(one).size).toBe(10);
    expect(await invited(1, 1)).toEqual(one);
    expect(await invited(1, 2)).not.toEqual(one);
    expect(await invited(2, 1)).not.toEqual(one);
  });

  it('invites every device equally often', async () => {
    const size = 20;
    const counts = new Array<number>(size).fill(0);
    for (let round = 1; round <= 1_000; round++) {
      const { clock, crowd, came } = scene({ size });
      crowd.invite(5, round);
      await clock.advance(0);
      for (const device of came) counts[device]! += 1;
    }
    // 250 each, with a deviation of √(1,000 · ¼ · ¾) = 13.7: five of them are exceeded once in 10⁵ runs of all.
    for (const count of counts) expect(Math.abs(count - 250)).toBeLessThan(5 * 13.7);
  });

  it('brings another one for a device that is sent away, and never that one again in the same round', async () => {
    const { clock, crowd, online, came } = scene({ size: 4 });
    crowd.invite(2, 1);
    await clock.advance(1);
    const [first] = came;
    online.get(first!)!.waits(60_000);
    await clock.advance(1);
    expect(came.length).toBe(3);
    expect(came.filter(device => device === first).length).toBe(1);
    expect(crowd.online).toBe(2);
  });

  it('waits for devices that can be reached later, and ends that with the round', async () => {
    const from = { 0: 500, 1: 1_000, 2: 1_500 };
    const { clock, crowd, came } = scene({ size: 3, from });
    crowd.invite(2, 1);
    await clock.advance(600);
    expect(came).toEqual([0]);
    await clock.advance(600);
    expect(came).toEqual([0, 1]);
    const other = scene({ size: 3, from });
    other.crowd.invite(2, 1);
    await other.clock.advance(600);
    other.crowd.enough();
    await other.clock.advance(10_000);
    expect(other.came).toEqual([0]);
  });

  it('invites no one while somebody has a part in the round before', async () => {
    const { clock, crowd, online, came } = scene({ size: 10 });
    crowd.invite(1, 1);
    await clock.advance(1);
    const [busy] = came;
    online.get(busy!)!.standing = 'busy';
    crowd.enough();
    crowd.invite(3, 2);
    await clock.advance(1);
    expect(came.length).toBe(1);
    online.get(busy!)!.standing = 'waiting';
    online.get(busy!)!.waits(0);
    await clock.advance(1);
    expect(crowd.online).toBe(3);
  });

  it('loses a device at the end of its time, its network first', async () => {
    const { clock, crowd, came, cut } = scene({ size: 1, until: { 0: 5_000 } });
    crowd.invite(1, 1);
    await clock.advance(4_999);
    expect([crowd.online, cut]).toEqual([1, []]);
    await clock.advance(1);
    expect([crowd.online, cut, came]).toEqual([0, [0], [0]]);
  });

  it('lets a device leave for a time, and brings it back after that', async () => {
    const { clock, crowd, came, cut } = scene({ size: 1 });
    crowd.invite(1, 1);
    await clock.advance(1);
    crowd.leave(0, 2_000);
    await clock.advance(1_998);
    expect([crowd.online, cut]).toEqual([0, [0]]);
    await clock.advance(2);
    expect([crowd.online, came]).toEqual([1, [0, 0]]);
  });

  it('brings none any more once it is closed', async () => {
    const { clock, crowd, came } = scene({ size: 5, from: { 3: 100, 4: 100 } });
    crowd.invite(5, 1);
    await clock.advance(1);
    expect(came.length).toBe(3);
    await crowd.close();
    await clock.advance(10_000);
    expect([crowd.online, came.length]).toEqual([0, 3]);
  });
});

describe('a crowd that is steered', () => {
  it('comes for the first time spread over a span, and comes back when it was told to', async () => {
    const { clock, crowd, online, came } = scene({ size: 50, isSteered: true });
    crowd.meet(1_000);
    await clock.advance(500);
    expect(came.length).toBeGreaterThan(10);
    expect(came.length).toBeLessThan(40);
    await clock.advance(500);
    expect([...came].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, device) => device));
    online.get(7)!.waits(30_000);
    await clock.advance(29_999);
    expect(online.has(7)).toBe(false);
    await clock.advance(1);
    expect(online.has(7)).toBe(true);
  });

  it('keeps those who wait for an assignment', async () => {
    const { clock, crowd, online } = scene({ size: 1, isSteered: true });
    crowd.meet(0);
    await clock.advance(1);
    online.get(0)!.standing = 'waiting';
    online.get(0)!.waits(null);
    await clock.advance(1_000_000);
    expect(crowd.online).toBe(1);
  });
});
