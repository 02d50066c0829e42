import { FrontRequests } from '@murmuration/coordinator/cells/front-requests';
import { Tickets } from '@murmuration/coordinator/cells/tickets';
import type { DeviceId, ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { TaskPlace, TaskStatus } from '@murmuration/storage/leases/ports';
import { describe, expect, it } from 'vitest';
import { standing } from '../../../../contract/standing.ts';

const task = 'line' as TaskName;
const device = 'AAAAAAAAAAAAAAAAAAAAAA' as DeviceId;
const cell = 'https://cell-1.example.org';
const tickets = new Tickets(new Uint8Array(32).fill(1));
const message = (change: Partial<CheckIn> = {}): CheckIn => ({ task, conditions: {}, ...change });

function front(change: Partial<TaskStatus> = {}, place: Partial<TaskPlace> = {}, part?: TaskPlace) {
  const clock = new VirtualClock(1_000);
  const said = { standing: { ...standing, ...change }, age: 0 };
  const places = new Map<string, TaskPlace>([[task, { task, cell, said, ...place }]]);
  const directory = {
    places,
    placeOf: (known: TaskPlace) => part ?? known,
    untilNextRound: ({ said: known }: TaskPlace) => known!.standing.untilNextRound,
  };
  return new FrontRequests({
    directory,
    tickets,
    clock,
    random: count => new Uint8Array(count).fill(128),
    connected: () => 1,
  });
}

describe('TK1: a front', () => {
  it('sends a device to the cell that has its task, by a ticket of its own', () => {
    const answer = front().checkIn(device, '0.2.0', message());
    expect(answer).toMatchObject({ decision: 'elsewhere', cell });
    const { ticket } = answer as { ticket: string };
    expect(() => tickets.require(ticket, { task, device }, cell, 1_000)).not.toThrow();
  });

  it('has devices come back later of which the task has no use now, by pace steering', () => {
    const soon = { decision: 'later', reason: 'no round begins soon' };
    const busy = front({ busy: 'enough devices are waiting' });
    expect(busy.checkIn(device, '0.2.0', message())).toMatchObject({ reason: 'enough devices are waiting' });
    const far = front({ untilNextRound: 600_000 }).checkIn(device, '0.2.0', message());
    expect(far).toMatchObject(soon);
    expect((far as { after: number }).after).toBeGreaterThanOrEqual(600_000);
    const many = front({ busy: 'enough', population: 1_000_000 }).checkIn(device, '0.2.0', message());
    expect((many as { after: number }).after).toBeGreaterThan(600_000);
  });

  it('sends nobody to a cell who is not eligible, or to whom no masked round is over in time', () => {
    const { eligibility } = standing;
    const rules = front({ eligibility: { ...eligibility, charging: true } });
    expect(rules.checkIn(device, '0.2.0', message())).toMatchObject({ decision: 'later', after: 300_000 });
    const charging = message({ conditions: { charging: true } });
    expect(rules.checkIn(device, '0.2.0', charging)).toMatchObject({ decision: 'elsewhere' });
    const old = front({ eligibility: { ...eligibility, minSdk: '9.0.0' } });
    expect(old.checkIn(device, '0.2.0', message())).toMatchObject({ decision: 'later' });
    const masked = front({ masking: {} as never });
    expect(masked.checkIn(device, '0.2.0', message({ conditions: { awake: 5 } }))).toMatchObject({
      decision: 'later',
    });
  });

  it('sends a device on that has an update for a masked buffer, whatever the cell says of others', () => {
    const busy = front({ busy: 'no round begins soon' });
    const base = 'a'.repeat(64) as ModelHash;
    expect(busy.checkIn(device, '0.2.0', message({ base }))).toMatchObject({ decision: 'elsewhere' });
  });

  it('knows no other task, and nothing of one that no cell has said anything of', () => {
    expect(() => front().checkIn(device, '0.2.0', message({ task: 'digits' as TaskName }))).toThrow(
      expect.objectContaining({ code: 'task.unknown' }),
    );
    expect(front({}, { said: null }).checkIn(device, '0.2.0', message())).toMatchObject({
      decision: 'later',
    });
    expect(front({}, { said: null }).welcome(device)).toEqual({ now: 1_000, tasks: [] });
  });

  it('says in its welcome what the cells have said: tasks, and what a device serves of them', () => {
    const [champion, arm] = ['a', 'b'].map(letter => letter.repeat(64)) as [ModelHash, ModelHash];
    expect(front({ serve: champion }).welcome(device)).toEqual({
      now: 1_000,
      tasks: [{ task, leastExamples: 3 }],
      serve: [{ task, model: champion }],
    });
    const split = {
      served: {
        id: 'x',
        kind: 'split',
        key: 'device',
        salt: 's',
        layer: { salt: 'l', from: 0, to: 1 },
        arms: [{ name: 'challenger', version: '2', share: 1 }],
      } as never,
      models: { challenger: arm },
    };
    expect(front({ serve: champion, splits: [split] }).welcome(device).serve).toEqual([{ task, model: arm }]);
  });
});

describe('TK3: a front', () => {
  const known = tickets.issue({ task, device }, 'https://gone.example.org', 1_000);

  it('leads a device that brings a ticket of its own to the cell that has the task now, whatever else holds', () => {
    const busy = front({
      busy: 'no round begins soon',
      eligibility: { ...standing.eligibility, idle: true },
    });
    expect(busy.checkIn(device, '0.2.0', message({ ticket: known }))).toMatchObject({
      decision: 'elsewhere',
      cell,
    });
  });

  it('has it ask again within two seconds while no cell has the task', () => {
    const answer = front({}, { cell: null }).checkIn(device, '0.2.0', message({ ticket: known }));
    expect(answer).toMatchObject({ decision: 'later', after: expect.any(Number) });
    expect((answer as { after: number }).after).toBeLessThanOrEqual(2_000);
  });

  it('takes a forged ticket, or one of another device or task, for none', () => {
    const busy = front({ busy: 'no round begins soon' });
    const others = [
      new Tickets(new Uint8Array(32)).issue({ task, device }, cell, 1_000),
      tickets.issue({ task, device: 'BAAAAAAAAAAAAAAAAAAAAA' as DeviceId }, cell, 1_000),
      tickets.issue({ task: 'digits' as TaskName, device }, cell, 1_000),
      'nonsense',
    ];
    for (const ticket of others)
      expect(busy.checkIn(device, '0.2.0', message({ ticket }))).toMatchObject({ decision: 'later' });
  });
});
