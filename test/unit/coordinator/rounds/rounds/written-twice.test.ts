import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { JournalEntry, SavedRound } from '@murmuration/rounds/round/store';
import { recordOfAbandoned } from '@murmuration/rounds/rounds/abandon';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { describe, expect, it } from 'vitest';
import { goOn, openMaskedCohort } from './masked-cohort.ts';

/** Rounds whose journal takes an entry of a kind, and whose answer to that is lost, once: it is written again. */
class ForgetfulRounds extends MemoryRounds {
  loses: JournalEntry['type'] | undefined;

  override async append(...[round, entries]: Parameters<MemoryRounds['append']>): Promise<void> {
    await super.append(round, entries);
    if (!entries.some(({ type }) => type === this.loses)) return;
    this.loses = undefined;
    throw new MurmurationError('storage.failed');
  }

  async entries(type: JournalEntry['type']): Promise<readonly JournalEntry[]> {
    const [saved] = (await this.underWay()) as [SavedRound];
    return saved.entries.filter(each => each.type === type);
  }
}

describe('what is written to a journal twice, since the first answer was lost', () => {
  it('closes no phase after the one whose grace is over: a round that goes on elsewhere waits for updates as before', async () => {
    const store = new ForgetfulRounds();
    const { federation, devices, phase } = await openMaskedCohort({}, store);
    const { clock } = federation;
    const [lost, ...others] = devices;
    for (const device of devices) await device.step();
    await clock.advance(0);
    federation.disconnect(lost!.id);
    for (const device of others) await device.step();
    expect(phase()).toBe('shares');
    store.loses = 'graced';
    await clock.advance(2_000);
    expect(phase()).toBe('updates');
    await clock.advance(1_000);
    expect(await store.entries('graced')).toHaveLength(2);
    // As many updates as the round needs, of those that it may have.
    for (const device of others.slice(0, 4)) await device.step();
    await clock.advance(0);
    const { state } = federation.rounds.current!;
    expect(state).toMatchObject({ phase: 'updates', quorum: { accepted: 4 } });
    await federation.rounds.suspend();
    // Where it can't go on, that is the phase in which it ends.
    const [saved] = (await store.underWay()) as [SavedRound];
    expect(recordOfAbandoned(saved, 'Its model is gone.', clock.now())).toMatchObject({
      failure: { during: 'updates', reason: 'Its model is gone.' },
    });
    const later = await goOn(federation, store);
    expect(later.rounds.current!.state).toMatchObject({
      phase: 'updates',
      quorum: { accepted: 4, deadline: (state as { quorum: { deadline: number } }).quorum.deadline },
    });
    await later.rounds.stop();
  });

  it('moves deadlines once where the clock was set back over a restart', async () => {
    const store = new ForgetfulRounds();
    const { federation, devices, phase } = await openMaskedCohort({}, store);
    for (const device of devices) await device.step();
    await federation.clock.advance(0);
    expect(phase()).toBe('shares');
    await federation.rounds.suspend();
    const hour = 3_600_000;
    store.loses = 'shifted';
    const later = await goOn(federation, store, -hour);
    await later.clock.advance(1_000);
    expect(await store.entries('shifted')).toHaveLength(2);
    const { state } = later.rounds.current!;
    expect(state).toMatchObject({
      phase: 'shares',
      quorum: { deadline: later.clock.now() - 1_000 + 30_000 },
    });
    await later.rounds.suspend();
    const last = await goOn(later, store);
    expect(last.rounds.current!.state).toMatchObject({
      phase: 'shares',
      quorum: { deadline: (state as { quorum: { deadline: number } }).quorum.deadline },
    });
    await last.rounds.stop();
  });
});
