import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn } from '../device.ts';
import { assignmentOf, MemoryCoordinator } from '../memory-coordinator.ts';
import { clock, minute, newScene, storage, trainer } from './scene.ts';

beforeEach(newScene);

const gone = 'http://cell-0.memory.localhost';
const next = 'http://cell-2.memory.localhost';
const elsewhere = (cell: string) => ({ decision: 'elsewhere', cell, ticket: 'a ticket' });
const taking = { decision: 'later', after: 1_500, reason: 'another cell is about to take the task over' };

/** A device at work in a round whose cell is gone; the front has said hello to it, and knows no cell that has the task. */
async function lost() {
  const front = new MemoryCoordinator(clock, true);
  const cells = new Map<string, MemoryCoordinator>();
  const cell = (address: string) => {
    const known = cells.get(address);
    if (known) return known;
    const made = new MemoryCoordinator(clock, true);
    // Devices are known to all processes alike.
    made.answers.hello = () => ({ now: clock.now(), tasks: [] });
    cells.set(address, made);
    return made;
  };
  const first = 'http://cell-1.memory.localhost';
  trainer.result = () => new Promise(() => {});
  const { client, errors, waits } = deviceOn(
    base => (base.origin === 'http://memory.localhost' ? front : cell(base.origin)),
    clock,
    storage,
    { keyboard: { examples: () => ['a', 'b', 'c'], trainer } },
  );
  front.answers['check-in'] = () => elsewhere(first);
  await client.start();
  await clock.advance(600);
  // The way there has ended the check-in, which the next hello begins again.
  const assignment: Assignment = assignmentOf(clock);
  cell(first).send('assignment', assignment);
  await clock.advance(0);
  expect(trainer.running).toBe(1);
  front.answers['check-in'] = () => taking;
  const before = front.asked['check-in'].length;
  cell(first).disconnect();
  await clock.advance(2_000);
  /** Check-ins since, without those that ask where the round is. */
  const checkIns = (): CheckIn[] => front.asked['check-in'].slice(before).filter(({ ticket }) => !ticket);
  return { client, front, cell, assignment, checkIns, errors, waits };
}

describe('RD8: a device at work whose cell is gone', () => {
  it('keeps its part for as long as the front looks for the cell that takes the round over', async () => {
    const { front, cell, assignment, checkIns, errors } = await lost();
    await clock.advance(3 * minute);
    expect(trainer.running).toBe(1);
    expect(checkIns()).toEqual([]);
    const { hello } = cell(next).answers;
    cell(next).answers.hello = message => {
      cell(next).send('assignment', assignment);
      return hello(message);
    };
    front.answers['check-in'] = () => elsewhere(next);
    await clock.advance(2_000);
    await clock.advance(minute);
    expect(cell(next).asked.hello).toHaveLength(1);
    expect([trainer.trainings, trainer.running]).toEqual([1, 1]);
    expect(errors).toEqual([]);
  });

  it('gives its part up two minutes after the deadline, whatever the front says', async () => {
    const { assignment, checkIns } = await lost();
    await clock.advance(assignment.deadline + 2 * minute - clock.now() - 1);
    expect([trainer.running, checkIns()]).toEqual([1, []]);
    await clock.advance(1);
    expect(trainer.running).toBe(0);
    expect(checkIns()).toHaveLength(1);
  });

  it('gives its part up then as well where the front goes on naming the lost cell', async () => {
    const { front, cell, assignment, checkIns } = await lost();
    front.answers['check-in'] = ({ ticket }) => (ticket ? elsewhere(gone) : taking);
    // Nothing answers there.
    const nowhere = cell(gone);
    nowhere.connect = () => nowhere.fail();
    await clock.advance(assignment.deadline + 2 * minute - clock.now() - 5_000);
    expect(trainer.running).toBe(1);
    await clock.advance(5_000);
    expect(trainer.running).toBe(0);
    await clock.advance(minute);
    expect(checkIns().length).toBeGreaterThan(0);
  });

  it('gives its part up within half a minute after three cells that do not name its round', async () => {
    const { front, checkIns } = await lost();
    await clock.advance(minute);
    front.answers['check-in'] = () => elsewhere(next);
    await clock.advance(minute);
    expect(trainer.running).toBe(0);
    expect(checkIns().length).toBeGreaterThan(0);
  });

  it('gives its part up within half a minute where the front refuses it for good', async () => {
    const { front, checkIns } = await lost();
    front.answers['check-in'] = () => {
      throw new MurmurationError('task.unknown');
    };
    await clock.advance(minute / 2 + 5_000);
    expect(trainer.running).toBe(0);
    expect(checkIns().length).toBeGreaterThan(0);
  });
});
