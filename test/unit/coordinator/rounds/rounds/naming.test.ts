import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { expect, it } from 'vitest';
import { openMaskedCohort } from './masked-cohort.ts';

/** Rounds whose journal can't be written for a while: a database that has not noticed yet that a cell is back. */
class SlowRounds extends MemoryRounds {
  isSlow = false;
  readonly #waiting: ((fails: boolean) => void)[] = [];

  override async append(...args: Parameters<MemoryRounds['append']>): Promise<void> {
    const fails = this.isSlow && (await new Promise<boolean>(resolve => this.#waiting.push(resolve)));
    if (fails) throw new MurmurationError('storage.failed');
    return await super.append(...args);
  }

  goOn(fails = false): void {
    this.isSlow = false;
    for (const resolve of this.#waiting.splice(0)) resolve(fails);
  }
}

it.each([false, true])(
  'RD5, TK3: a device that is back is named its round at once, though what others sent is not durable yet (which fails first: %s)',
  async fails => {
    const store = new SlowRounds();
    const { federation, devices, phase } = await openMaskedCohort({}, store);
    const { channel, clock } = federation;
    for (const device of devices) await device.step();
    await clock.advance(0);
    expect(phase()).toBe('shares');
    store.isSlow = true;
    // One has sent its shares, which are not written yet; then all are cut off, and come back.
    const [first, ...others] = devices;
    const sent = first!.step().catch(() => {});
    await clock.advance(0);
    const heard = new Map(channel.assignments);
    for (const { id } of devices) federation.disconnect(id);
    channel.assignments.clear();
    channel.inputs.clear();
    for (const { id } of devices) federation.connect(id);
    await clock.advance(0);
    for (const { id } of devices) {
      expect(channel.assignments.get(id)).toEqual(heard.get(id));
      // What the phase began with was durable as well.
      expect(channel.inputs.get(id)?.map(({ event }) => event)).toEqual(['roster']);
    }
    // What is not durable is still said to nobody.
    for (const device of others) void device.step().catch(() => {});
    await clock.advance(0);
    expect(phase()).toBe('updates');
    expect([...channel.inputs.values()].flat().map(({ event }) => event)).not.toContain('bundle');
    store.goOn(fails);
    await clock.advance(2_000);
    await sent;
    for (const { id } of devices)
      expect(channel.inputs.get(id)?.map(({ event }) => event)).toEqual(['roster', 'bundle']);
    await federation.rounds.stop();
  },
);

it('RD5: tells a device of its draw no sooner than that is durable', async () => {
  const store = new SlowRounds();
  store.isSlow = true;
  const { federation, devices } = await openMaskedCohort({}, store);
  const { channel, clock } = federation;
  const [first] = devices;
  federation.disconnect(first!.id);
  federation.connect(first!.id);
  await clock.advance(0);
  expect(channel.assignments.size).toBe(0);
  store.goOn();
  await clock.advance(0);
  expect(channel.assignments.size).toBe(6);
  await federation.rounds.stop();
});

it('RD13: tells those who were drawn of the end alone where the round ends before the draw is durable', async () => {
  const store = new SlowRounds();
  store.isSlow = true;
  const { federation, devices } = await openMaskedCohort({}, store);
  const { channel, clock, pool, rounds } = federation;
  expect(pool.size).toBe(0);
  rounds.abort('Ended by an operator.', 'operator');
  store.goOn();
  await clock.advance(0);
  expect(channel.assignments.size).toBe(0);
  expect(channel.ends.map(({ device }) => device).sort()).toEqual(devices.map(({ id }) => id).sort());
  await rounds.stop();
});
