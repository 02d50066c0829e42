import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { Alert } from '@murmuration/rounds/events/alert';
import { afterEach, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf, lineTask } from '../../e2e/line.ts';
import { canMount, fill, mountSmall, unfill, unmount } from '../../small-disk.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

async function start(storage: string, clock: VirtualClock, alerts: Alert[]): Promise<Coordinator> {
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], storage }),
    [lineTask({ deadlines: { gathering: '10 h' } })],
    { clock, random: systemRandom },
  );
  cleanUp.push(() => coordinator.stop());
  coordinator.events.on('alert', alert => alerts.push(alert));
  return coordinator;
}

/** Lets time pass until the alert of a filling disk begins or is over; returns how long that took, ms. Looks at a disk take real time beside it. */
async function untilAlert({ events }: Coordinator, clock: VirtualClock, isOver: boolean): Promise<number> {
  const began = clock.now();
  let isThere = false;
  const isIt = ({ rule, resolvedAt }: Alert) => rule === 'disk-filling' && (resolvedAt !== null) === isOver;
  void eventOf(events, 'alert', isIt).then(() => {
    isThere = true;
  });
  while (!isThere) await clock.advance(100);
  return clock.now() - began;
}

describe.runIf(canMount)('a disk that is filled to its last byte', { tags: 'small-disk' }, () => {
  it('is a critical alert at the first look, until there is room', async () => {
    const small = mountSmall()!;
    cleanUp.push(() => unmount(small));
    const clock = new VirtualClock();
    const alerts: Alert[] = [];
    const began = clock.now();
    const coordinator = await start(small, clock, alerts);
    await fill(small);
    await untilAlert(coordinator, clock, false);
    expect(alerts).toMatchObject([{ rule: 'disk-filling', severity: 'critical', resolvedAt: null }]);
    // One look was enough, and there is one a minute.
    expect(alerts[0]!.since).toBe(began + 60_000);
    await unfill(small);
    await untilAlert(coordinator, clock, true);
    expect(alerts.map(({ rule }) => rule)).toEqual(['disk-filling', 'disk-filling']);
  });

  it('is one at once where a write is refused, whatever the disk says is free', async () => {
    const small = mountSmall()!;
    cleanUp.push(() => unmount(small));
    const clock = new VirtualClock();
    const alerts: Alert[] = [];
    const coordinator = await start(small, clock, alerts);
    const told = eventOf(coordinator.events, 'alert');
    coordinator.events.emit('fault', 'the journal of a round', new MurmurationError('storage.full'));
    await told;
    expect(alerts).toMatchObject([{ rule: 'disk-filling', severity: 'critical' }]);
    expect(alerts[0]!.summary).toContain('a write was refused');
    expect(await untilAlert(coordinator, clock, true)).toBeGreaterThanOrEqual(60_000);
  });
});
