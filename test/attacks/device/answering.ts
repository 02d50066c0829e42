import type { TaskOptions } from '@murmuration/client-sdk/client/options';
import { defaultFloors, type Floors } from '@murmuration/client-sdk/floors/floors';
import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { expect } from 'vitest';
import { lowFloors } from '../../unit/client-sdk/device.ts';
import { MaskedPeers } from '../../unit/client-sdk/masked-peers.ts';
import { masking, Victim } from './victim.ts';

interface Setting {
  readonly answers: Readonly<Record<string, AnswerOptions>>;
  readonly seed?: number;
  readonly storage?: Storage;
  readonly clock?: VirtualClock;
  readonly floors?: Floors;
  readonly task?: Partial<TaskOptions>;
}

/** A device whose app answers queries, and which has checked in. Its floors on queries are those that hold by default. */
export async function answering({
  answers,
  seed = 1,
  storage,
  clock,
  floors: others,
  task,
}: Setting): Promise<Victim> {
  const { queryThreshold, queryPeriod } = defaultFloors;
  const floors = { ...lowFloors, queryThreshold, queryPeriod, ...others };
  const victim = new Victim({ floors, task: { answers, ...task }, seed, ...(storage && { storage }) }, clock);
  await victim.connect();
  // What answers queries is loaded first.
  const checkIns = async () => {
    await victim.clock.advance(0);
    return victim.checkIns;
  };
  await expect.poll(checkIns).toBeGreaterThan(0);
  return victim;
}

/** What the coordinator tells a device of a round with others. */
export class Told {
  readonly peers: MaskedPeers;
  readonly #victim: Victim;
  readonly #assignment: Assignment;

  constructor(victim: Victim, assignment: Assignment, others = 11) {
    this.#victim = victim;
    this.#assignment = assignment;
    this.peers = new MaskedPeers(assignment, others, masking);
  }

  async tell(event: 'roster' | 'bundle' | 'survivors' | 'agreed', message: Uint8Array): Promise<void> {
    const { round, assignment } = this.#assignment;
    this.#victim.coordinator.send(event, { round, assignment, message });
    await this.#victim.clock.advance(0);
  }

  /** The last message of that kind that the device sent. */
  last(event: 'keys' | 'shares' | 'reveal'): Uint8Array {
    return this.#victim.coordinator.asked[event].at(-1)!.message;
  }

  /** Everything until the device has uploaded its answer. */
  async untilUpload(): Promise<void> {
    const { coordinator, clock } = this.#victim;
    const before = coordinator.uploads.length;
    await this.tell('roster', this.peers.roster(coordinator.asked.enrol[0]!.publicKey, this.last('keys')));
    await this.tell('bundle', this.peers.bundle(this.last('shares')));
    await clock.advance(120_000);
    expect(coordinator.uploads.length).toBe(before + 1);
  }
}
