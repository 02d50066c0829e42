import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { Aggregate } from '../aggregation/aggregate.ts';
import type { RoundTerms } from '../round/round.ts';
import { type Checkpoint, type Contributor, keyOf } from '../round/store.ts';
import { GroupCommit } from './group-commit.ts';
import type { DurabilityPorts } from './journal.ts';

/**
 * Fewest contributors that a checkpoint adds to the one before, even if its write has failed. Two if updates
 * are not masked: the difference of two checkpoints would otherwise be one device's update.
 */
const minContributors = { masked: 1, plain: 2 } as const;

/**
 * Writes the running sum together with its contributors. The checkpoint that contains an update acknowledges
 * it, or the commit that closes the round does. Single updates are never written: they wait for that commit.
 */
export class Checkpointer {
  readonly commit: GroupCommit;
  readonly #contributors: Contributor[];
  readonly #positions = new Map<AssignmentId, number>();

  /**
   * `contributors` are in the checkpoint from which `aggregate` was restored; nothing is written before
   * `after` resolves.
   */
  constructor(
    terms: RoundTerms,
    aggregate: Aggregate,
    { store, clock, events }: DurabilityPorts,
    contributors: readonly Contributor[] = [],
    after?: Promise<void>,
  ) {
    const { id, plan } = terms;
    const isMasked = plan.masking !== null;
    const least = minContributors[isMasked ? 'masked' : 'plain'];
    // A failed write may nevertheless be in the storage.
    let failed: Checkpoint | undefined;
    this.#contributors = [...contributors];
    for (const [i, { assignment }] of contributors.entries()) this.#positions.set(assignment, i + 1);
    this.commit = new GroupCommit({
      write:
        store &&
        (async position => {
          if (aggregate.consumes === 'each') return position;
          const isSame = failed && this.#contributors.length - failed.contributors.length < least;
          const checkpoint = isSame
            ? failed!
            : { contributors: [...this.#contributors], sum: aggregate.snapshot() };
          failed = checkpoint;
          await store.checkpoint(keyOf(terms), checkpoint, { erase: !isMasked });
          failed = undefined;
          return checkpoint.contributors.length;
        }),
      durable: contributors.length,
      least: aggregate.consumes === 'each' ? Number.POSITIVE_INFINITY : least,
      after,
      round: id,
      what: 'the checkpoint of a round',
      clock,
      events,
    });
  }

  /** Takes a contributor whose update has just been added to the sum. */
  add(contributor: Contributor): void {
    this.#contributors.push(contributor);
    this.#positions.set(contributor.assignment, this.#contributors.length);
    this.commit.queue(this.#contributors.length);
  }

  /** Resolves once the added update of an assignment is durable; rejects as `GroupCommit.acknowledge`. */
  acknowledge(assignment: AssignmentId): Promise<void> {
    return this.commit.acknowledge(this.#positions.get(assignment)!);
  }
}
