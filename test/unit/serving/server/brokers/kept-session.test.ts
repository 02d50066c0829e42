import { backOff } from '@murmuration/protocol/time/back-off';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { type BrokerSession, KeptSession } from '@murmuration/serving/brokers/kept-session';
import { describe, expect, it } from 'vitest';

const always = (draw: number) => (length: number) => new Uint8Array(length).fill(draw);

describe('the wait before the next try', () => {
  it('doubles up to its longest, and is a half to all of that', () => {
    const pauses = { first: 100, longest: 1_000 };
    const waits = (draw: number) =>
      [0, 1, 2, 3, 4, 1_000].map(failures => backOff(failures, pauses, always(draw)));
    expect(waits(255)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(waits(0)).toEqual([50, 100, 200, 400, 500, 500]);
  });
});

class World {
  readonly clock = new VirtualClock();
  readonly told: string[] = [];
  readonly closed: BrokerSession[] = [];
  /** What the next tries meet: an error, or a connection. */
  isThere = true;
  #lose: (reason: unknown) => void = () => {};
  readonly kept = new KeptSession(
    'kafka',
    {
      clock: this.clock,
      random: always(255),
      events: {
        connected: () => this.told.push('connected'),
        lost: (_, reason, wait) => this.told.push(`${reason} ${wait}`),
      },
    },
    async () => {
      if (!this.isThere) throw new Error('Nobody is there.');
      const session: BrokerSession = {
        lost: new Promise(resolve => {
          this.#lose = resolve;
        }),
        close: async () => {
          this.closed.push(session);
        },
      };
      return session;
    },
  );

  lose(reason: string): Promise<void> {
    this.#lose(new Error(reason));
    return this.clock.advance(0);
  }
}

describe('a kept session', () => {
  it('is opened again after a loss, with growing pauses while nobody is there', async () => {
    const world = new World();
    expect(world.kept.trouble).toMatch(/not connected yet/);
    await world.clock.advance(0);
    expect(world.kept.trouble).toBeUndefined();
    world.isThere = false;
    await world.lose('Cut.');
    expect(world.kept.trouble).toBe('Cut.');
    expect(world.closed).toHaveLength(1);
    await world.clock.advance(500);
    expect(world.kept.trouble).toBe('Nobody is there.');
    await world.clock.advance(999);
    world.isThere = true;
    await world.clock.advance(1);
    expect(world.kept.trouble).toBeUndefined();
    expect(world.told).toEqual(['connected', 'Cut. 500', 'Nobody is there. 1000', 'connected']);
    await world.kept.close();
  });

  it('is not hurried by sessions that break at once, and begins anew after one that lasted', async () => {
    const world = new World();
    await world.clock.advance(0);
    await world.lose('Refused.');
    await world.clock.advance(500);
    await world.lose('Refused.');
    await world.clock.advance(1_000 + 60_000);
    await world.lose('Cut.');
    expect(world.told.filter(text => text !== 'connected')).toEqual([
      'Refused. 500',
      'Refused. 1000',
      'Cut. 500',
    ]);
    await world.kept.close();
  });

  it('is closed at the end, also in a pause, and stays so', async () => {
    const world = new World();
    await world.clock.advance(0);
    await world.lose('Cut.');
    await world.kept.close();
    await world.clock.advance(600_000);
    expect(world.told).toEqual(['connected', 'Cut. 500']);
    const other = new World();
    await other.clock.advance(0);
    await other.kept.close();
    expect(other.closed).toHaveLength(1);
    expect(other.kept.trouble).toBe('It is closed.');
  });
});
