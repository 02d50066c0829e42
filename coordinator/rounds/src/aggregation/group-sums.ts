import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { type Origin, type RunningSum, requireLength } from './running-sum.ts';

/** One sum for each group of a masked round: memory O(groups × model), whatever the number of updates. */
export class GroupSums {
  readonly consumes = 'groups';
  readonly #sums: readonly RunningSum[];
  /** Of the groups whose sum was opened, and is possible. */
  readonly #means = new Map<number, Mean>();
  #isConcluded = false;

  /** `sumOfGroup` makes the empty sum of a group. */
  constructor(groups: number, sumOfGroup: () => RunningSum) {
    this.#sums = Array.from({ length: groups }, sumOfGroup);
  }

  get form(): UpdateForm {
    return this.#sums[0]!.form;
  }

  /** Updates added; once the groups are concluded, those of which something comes. */
  get contributors(): number {
    return this.#sums
      .filter((_, group) => !this.#isConcluded || this.#means.has(group))
      .reduce((sum, { contributors }) => sum + contributors, 0);
  }

  /** The sums, by group. */
  get inRing(): RunningSum['inRing'] {
    return this.#sums.flatMap(({ inRing }) => inRing);
  }

  contributorsOf(group: number): number {
    return this.#sums[group]!.contributors;
  }

  /** Adds an update to the sum of its group; throws as `RunningSum.add`. */
  add(bytes: Uint8Array, group: number, _origin?: Origin): void {
    this.#sums[group]!.add(bytes);
  }

  /** Takes the mean of a group without masks; from the first one on, groups without one count for nothing. Throws as `RunningSum.mean`. */
  conclude(group: number): void {
    this.#isConcluded = true;
    this.#means.set(group, this.#sums[group]!.mean());
  }

  /** The means that were taken, by group. */
  get means(): ReadonlyMap<number, Mean> {
    return this.#means;
  }

  /** The snapshots of all sums, one after the other. */
  snapshot(): Uint8Array {
    const snapshots = this.#sums.map(sum => sum.snapshot());
    const each = snapshots[0]!.length;
    const all = new Uint8Array(each * snapshots.length);
    for (const [group, snapshot] of snapshots.entries()) all.set(snapshot, group * each);
    return all;
  }

  /** Becomes what it was at a snapshot; throws `storage.corrupt` for bytes that no such sums have given. */
  restore(snapshot: Uint8Array): void {
    const each = this.#sums[0]!.snapshot().length;
    requireLength(snapshot, each * this.#sums.length);
    for (const [group, sum] of this.#sums.entries())
      sum.restore(snapshot.subarray(group * each, (group + 1) * each));
  }
}

/** Throws `secagg.too-few` where fewer updates than a round needs are in groups that led to something. */
export function requireContributors({ contributors, means }: GroupSums, minimum: number): void {
  if (means.size > 0 && contributors >= minimum) return;
  throw new MurmurationError(
    'secagg.too-few',
    `Only ${means.size} groups with ${contributors} updates led to a mean, and at least ${minimum} updates are needed.`,
  );
}
