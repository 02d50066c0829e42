import { Directory } from '@murmuration/coordinator/cells/directory';
import { FrontRequests } from '@murmuration/coordinator/cells/front-requests';
import { Tickets } from '@murmuration/coordinator/cells/tickets';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { fairShare, PartDeal, partName, partNames, readLeased } from '@murmuration/storage/leases/parts';
import type { TaskPlace, TaskStatus } from '@murmuration/storage/leases/ports';
import { describe, expect, it } from 'vitest';
import { standing } from '../../../../contract/standing.ts';

const task = 'line' as TaskName;
const key = new Uint8Array(32).fill(1);
const devices = Array.from({ length: 4_000 }, (_, i) => `device-${String(i).padStart(15, '0')}` as DeviceId);
const deal = new PartDeal(key);

describe('TK5: the part of a device', () => {
  it('is the same at each front and cell, and at each of its check-ins', () => {
    const other = new PartDeal(key.slice());
    for (const device of devices.slice(0, 100))
      expect(other.of(task, device, 4)).toBe(deal.of(task, device, 4));
    // HMAC-SHA256 of "murmuration/part line device-000000000000000" under 32 bytes of 1, by openssl: e6 69 61 14 08 af.
    expect(deal.of(task, devices[0]!, 2 ** 30)).toBe((0xe669611408af % 2 ** 30) + 1);
  });

  it('is one of as many as there are, with as many devices as the others', () => {
    const sizes = [0, 0, 0, 0];
    for (const device of devices) sizes[deal.of(task, device, 4) - 1]! += 1;
    // Within five standard deviations.
    for (const size of sizes) expect(Math.abs(size - 1_000)).toBeLessThan(137);
  });

  it('is another one for another task and under another key', () => {
    const isSame = (other: PartDeal, name = task) =>
      devices.filter(device => other.of(name, device, 4) === deal.of(task, device, 4)).length;
    expect(Math.abs(isSame(new PartDeal(new Uint8Array(32))) - 1_000)).toBeLessThan(137);
    expect(Math.abs(isSame(deal, 'digits' as TaskName) - 1_000)).toBeLessThan(137);
  });
});

describe('leases of parts', () => {
  it('have names that no task has, and from which task and part can be read', () => {
    expect(partNames(task, 3)).toEqual(['line/1', 'line/2', 'line/3']);
    expect(readLeased(partName(task, 12))).toEqual({ task, part: 12 });
    expect(readLeased(task)).toEqual({ task, part: undefined });
  });

  it('are shared evenly, and by cells that are left where others are gone', () => {
    expect([1, 2, 3, 4, 5].map(cells => fairShare(4, cells))).toEqual([4, 2, 2, 1, 1]);
    expect(fairShare(4, 0)).toBe(4);
  });
});

describe('TK5: a front', () => {
  const cells = ['https://cell-1.example.org', 'https://cell-2.example.org'];
  const tickets = new Tickets(key);

  async function front(
    change: readonly Partial<TaskStatus>[] = [{}, {}],
    whole: Partial<TaskStatus> = {},
    places: readonly (string | null)[] = cells,
  ) {
    const clock = new VirtualClock(1_000);
    const said = (own: Partial<TaskStatus>) => ({ standing: { ...standing, ...own }, age: 0 });
    const all: TaskPlace[] = [
      { task, cell: cells[0]!, said: said({ parts: 2, ...whole }) },
      ...[1, 2].map(part => ({
        task: partName(task, part),
        cell: places[part - 1]!,
        said: said(change[part - 1]!),
      })),
    ];
    const directory = new Directory({
      leases: { places: async () => all },
      deal,
      clock,
      failed: error => {
        throw error;
      },
      recalled: () => {},
      served: () => {},
    });
    await directory.open();
    const random = (count: number) => new Uint8Array(count).fill(128);
    const requests = new FrontRequests({ directory, tickets, clock, random, connected: () => 1 });
    directory.close();
    return { requests, directory };
  }

  const of = (part: number) => devices.find(device => deal.of(task, device, 2) === part)!;
  const checkIn = { task, conditions: {} };

  it('leads each device to the cell of its part, whichever front it comes to', async () => {
    for (const { requests } of [await front(), await front()])
      for (const part of [1, 2]) {
        const answer = requests.checkIn(of(part), '0.2.0', checkIn);
        expect(answer).toMatchObject({ decision: 'elsewhere', cell: cells[part - 1] });
        const { ticket } = answer as { ticket: string };
        const holder = { task, device: of(part) };
        expect(() => tickets.require(ticket, holder, cells[part - 1]!, 1_000)).not.toThrow();
      }
  });

  it('has devices come later whose part has no use for them, and others not', async () => {
    const { requests } = await front([{}, { busy: 'enough devices are waiting' }]);
    expect(requests.checkIn(of(1), '0.2.0', checkIn)).toMatchObject({ decision: 'elsewhere' });
    expect(requests.checkIn(of(2), '0.2.0', checkIn)).toMatchObject({
      decision: 'later',
      reason: 'enough devices are waiting',
    });
    const far = await front([{ untilNextRound: 600_000 }, {}]);
    expect(far.requests.checkIn(of(1), '0.2.0', checkIn)).toMatchObject({ reason: 'no round begins soon' });
  });

  it('has a device ask again in a moment whose part is between two cells, also one with a part in a round', async () => {
    const { requests } = await front([{}, {}], {}, [cells[0]!, null]);
    const ticket = tickets.issue({ task, device: of(2) }, cells[1]!, 1_000);
    for (const message of [checkIn, { ...checkIn, ticket }]) {
      const answer = requests.checkIn(of(2), '0.2.0', message);
      expect(answer).toMatchObject({ decision: 'later', after: expect.any(Number) });
      expect((answer as { after: number }).after).toBeLessThanOrEqual(2_000);
    }
    expect(requests.checkIn(of(1), '0.2.0', checkIn)).toMatchObject({ decision: 'elsewhere' });
  });

  it('leads a device that is in a round back to the cell that has its part now, whatever else holds', async () => {
    const { requests } = await front([{ busy: 'no round begins soon' }, { busy: 'no round begins soon' }]);
    const ticket = tickets.issue({ task, device: of(2) }, 'https://gone.example.org', 1_000);
    expect(requests.checkIn(of(2), '0.2.0', { ...checkIn, ticket })).toMatchObject({
      decision: 'elsewhere',
      cell: cells[1],
    });
  });

  it('tells of tasks, and of no part as if it were one', async () => {
    const { requests, directory } = await front();
    expect([...directory.places.keys()]).toEqual([task]);
    expect(requests.welcome(of(1)).tasks.map(each => each.task)).toEqual([task]);
  });
});
