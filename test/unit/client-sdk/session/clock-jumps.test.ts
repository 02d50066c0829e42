import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Clock } from '@murmuration/protocol/time/clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn, lowFloors, StillTrainer } from '../device.ts';
import { MaskedPeers } from '../masked-peers.ts';
import { assignmentOf, MemoryCoordinator } from '../memory-coordinator.ts';

const minute = 60_000;
const hour = 60 * minute;

/** The clock of a device, which somebody sets while timers that run keep their length, as the system's do. */
class SetClock implements Clock {
  readonly #time: VirtualClock;
  #offset = 0;

  constructor(time: VirtualClock) {
    this.#time = time;
  }

  set(ms: number): void {
    this.#offset += ms;
  }

  now(): number {
    return this.#time.now() + this.#offset;
  }

  elapsed(): number {
    return this.#time.now() - Date.UTC(2026, 0, 1);
  }

  at(time: number, wake: () => void) {
    return this.#time.at(time - this.#offset, wake);
  }
}

/** The coordinator's, which nobody sets. */
let time: VirtualClock;
let clock: SetClock;
let coordinator: MemoryCoordinator;
let trainer: StillTrainer;

beforeEach(() => {
  time = new VirtualClock();
  clock = new SetClock(time);
  coordinator = new MemoryCoordinator(time);
  trainer = new StillTrainer();
});

async function connected() {
  const tasks = { keyboard: { examples: () => ['a'], trainer } };
  const it = deviceOn(coordinator, clock, memoryStorage(), tasks, 1, undefined, lowFloors);
  await it.client.start();
  coordinator.connect();
  await time.advance(0);
  return it;
}

async function reconnect(): Promise<void> {
  coordinator.disconnect();
  coordinator.connect();
  await time.advance(0);
}

describe.each([
  ['forwards by a day', 24 * hour],
  ['back by an hour', -hour],
])('a clock that jumps %s', (_, jump) => {
  it('keeps no device from its check-in, nor has it check in again and again', async () => {
    coordinator.answers['check-in'] = () => ({ decision: 'later', after: 30 * minute, reason: 'later' });
    const { errors } = await connected();
    await time.advance(10 * minute);
    clock.set(jump);
    await reconnect();
    await time.advance(20 * minute);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('ends no training before the deadline of its round', async () => {
    const { result } = trainer;
    let finish = () => {};
    trainer.result = async () => {
      await new Promise<void>(resolve => {
        finish = resolve;
      });
      return result();
    };
    const { rounds, errors } = await connected();
    clock.set(jump);
    coordinator.send('assignment', assignmentOf(time));
    await time.advance(9 * minute);
    expect(trainer.running).toBe(1);
    clock.set(-jump);
    finish();
    await time.advance(0);
    expect(rounds.at(-1)).toBe('counted');
    expect(coordinator.uploads).toHaveLength(1);
    expect(coordinator.asked.leave).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('has the end of a round missed two minutes after its deadline, and nothing sent twice', async () => {
    const { errors } = await connected();
    clock.set(jump);
    const assignment = assignmentOf(time);
    coordinator.send('assignment', assignment);
    await time.advance(0);
    await reconnect();
    clock.set(-jump);
    coordinator.send('assignment', assignment);
    await time.advance(11 * minute);
    expect(coordinator.asked['check-in']).toHaveLength(1);
    await time.advance(minute);
    expect(coordinator.asked['check-in']).toHaveLength(2);
    expect(coordinator.uploads).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  describe('in a masked round', () => {
    const masking: MaskingSettings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' };

    it.each(['keys', 'shares', 'updates', 'agreement', 'unmasking'])(
      'before what follows %s, changes nothing of what is sent',
      async phase => {
        const assignment = assignmentOf(time, 'r1', { masking });
        const peers = new MaskedPeers(assignment, 5, masking);
        const { rounds, errors } = await connected();
        coordinator.send('assignment', assignment satisfies Assignment);
        await time.advance(0);
        const { asked } = coordinator;
        const feed = async (
          event: 'roster' | 'bundle' | 'survivors' | 'agreed',
          message: () => Uint8Array,
        ) => {
          coordinator.send(event, {
            round: assignment.round,
            assignment: assignment.assignment,
            message: message(),
          });
          await time.advance(minute);
        };
        const jumpAt = (name: string) => {
          if (name === phase) clock.set(jump);
        };
        jumpAt('keys');
        await feed('roster', () => peers.roster(asked.enrol[0]!.publicKey, asked.keys[0]!.message));
        jumpAt('shares');
        await feed('bundle', () => peers.bundle(asked.shares[0]!.message));
        jumpAt('updates');
        await feed('survivors', () => peers.statement());
        jumpAt('agreement');
        await feed('agreed', () => peers.agreed(peers.statement()));
        jumpAt('unmasking');
        await time.advance(minute);
        expect(rounds.at(-1)).toBe('counted');
        const counts = [asked.keys, asked.shares, coordinator.uploads, asked.agree, asked.reveal];
        expect(counts.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
        expect(asked.leave).toEqual([]);
        expect(errors).toEqual([]);
      },
    );
  });
});

describe('a clock that tells how long the process runs', () => {
  it('RD8: has a device that was started anew wait for the end of its round no longer than others', async () => {
    const { hello } = coordinator.answers;
    const assignment = assignmentOf(time);
    // As coordinators do: the round is named before the answer to the hello.
    coordinator.answers.hello = message => {
      coordinator.send('assignment', assignment);
      return hello(message);
    };
    await connected();
    expect(coordinator.uploads).toHaveLength(1);
    await time.advance(12 * minute - 1);
    expect(coordinator.asked['check-in']).toHaveLength(0);
    await time.advance(1);
    expect(coordinator.asked['check-in']).toHaveLength(1);
  });
});
