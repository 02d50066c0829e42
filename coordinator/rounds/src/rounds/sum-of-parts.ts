import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import type { Aggregate } from '../aggregation/aggregate.ts';
import { AnswerSum } from '../aggregation/answer-sum.ts';
import { RingSum } from '../aggregation/ring-sum.ts';
import { type PartResult, type PartStore, shareOf } from '../round/parts.ts';
import type { PartRecord } from '../round/record.ts';
import type { SpreadTerms } from '../round/round.ts';

/** Sum left by a part: of updates, or of answers to a query. */
export type PartSum = RingSum | AnswerSum;

export const isOfPart = (aggregate: Aggregate): aggregate is PartSum =>
  aggregate instanceof RingSum || aggregate instanceof AnswerSum;

export interface SumPorts<Sum extends PartSum> {
  readonly parts: Pick<PartStore, 'sum'>;
  readonly emptySum: () => Sum;
  /** Returns the part that a device belongs to. */
  readonly partOf: (device: DeviceId) => number;
  /** Throws `round.closed` if the round's privacy budget excludes one of these devices. */
  readonly requireParts: (devices: readonly DeviceId[]) => Promise<void>;
  /** Called with the reason why the sum of a part does not count although its cell had called it whole. */
  readonly refused: (part: number, error: MurmurationError) => void;
}

/** Sum of a round, with the parts that it comes from. */
export interface SumOfParts<Sum extends PartSum = PartSum> {
  readonly sum: Sum;
  readonly contributors: readonly DeviceId[];
  /** Parts whose sums are in it. */
  readonly counted: ReadonlySet<number>;
  readonly parts: readonly PartRecord[];
}

/**
 * Adds up the sums of the parts of a round, one at a time, to the sum that one cell would have had of the
 * same updates. A part does not count if it failed, has left no result, or has an impossible result:
 * contributors of another part, one of them twice, one that the privacy budget excludes, fewer than a part
 * needs or more than it has places, or a sum that its updates of the plan can't add up to. So no update
 * counts twice. Throws `storage.*` if the storage fails.
 */
export async function sumOfParts<Sum extends PartSum>(
  { id, cohortSize, parts: spread }: SpreadTerms,
  results: ReadonlyMap<number, PartResult>,
  { parts, emptySum, partOf, requireParts, refused }: SumPorts<Sum>,
): Promise<SumOfParts<Sum>> {
  const { count, smallest } = spread;
  const sum = emptySum();
  const contributors: DeviceId[] = [];
  const assignments = new Set<AssignmentId>();
  const counted = new Set<number>();
  const records: PartRecord[] = [];
  for (let part = 1; part <= count; part++) {
    const result = results.get(part);
    const devices = result?.record.tally.cohort ?? 0;
    let failure = result
      ? (result.record.failure?.reason ?? null)
      : 'No cell had its sum by the end of the round.';
    if (result && failure === null)
      try {
        const places = shareOf(cohortSize, part, count);
        requireOwn(part, result, { smallest, places }, partOf, assignments);
        await requireParts(result.contributors.map(({ device }) => device));
        sum.merge(sumOf(part, result, await parts.sum(id, part), emptySum()));
        counted.add(part);
        for (const { device, assignment } of result.contributors) {
          contributors.push(device);
          assignments.add(assignment);
        }
      } catch (error) {
        if (!(error instanceof MurmurationError) || !refusals.has(error.code)) throw error;
        failure = error.detail;
        refused(part, error);
      }
    const its = counted.has(part) ? result!.contributors.length : 0;
    records.push({ devices, contributors: its, failure });
  }
  // Their devices have heard that their updates count.
  const isLost = ({ devices, failure }: PartRecord, i: number) =>
    failure !== null && (devices > 0 || !results.has(i + 1));
  if (sum instanceof RingSum) sum.isPartial = records.some(isLost);
  return { sum, contributors, counted, parts: records };
}

/** Codes with which a part is refused; any other error is our own failure. */
const refusals: ReadonlySet<string> = new Set([
  'storage.corrupt',
  'update.impossible',
  'round.closed',
  'secagg.too-few',
]);

/** Throws `storage.corrupt` if the contributors of a part can't be its own. */
function requireOwn(
  part: number,
  { contributors }: PartResult,
  { smallest, places }: { readonly smallest: number; readonly places: number },
  partOf: SumPorts<PartSum>['partOf'],
  assignments: ReadonlySet<AssignmentId>,
): void {
  const refuse = (reason: string): never => {
    throw new MurmurationError('storage.corrupt', `The result of part ${part} ${reason}.`);
  };
  if (contributors.length < smallest)
    refuse(`names ${contributors.length} contributors; a part needs ${smallest}`);
  if (contributors.length > places)
    refuse(`names ${contributors.length} contributors; the part had ${places} places`);
  const devices = new Set<DeviceId>();
  const own = new Set<AssignmentId>();
  for (const { device, assignment } of contributors) {
    if (partOf(device) !== part) refuse('names a device of another part');
    if (devices.has(device)) refuse('names a device twice');
    if (own.has(assignment) || assignments.has(assignment)) refuse('names an assignment twice');
    devices.add(device);
    own.add(assignment);
  }
}

/**
 * Returns the sum of a part. Throws `storage.corrupt` if it is not one of its contributors, and as
 * `requirePossible`.
 */
function sumOf<Sum extends PartSum>(
  part: number,
  { contributors }: PartResult,
  bytes: Uint8Array | undefined,
  sum: Sum,
): Sum {
  if (!bytes) throw new MurmurationError('storage.corrupt', `The sum of part ${part} is gone.`);
  sum.restore(bytes);
  if (sum.contributors !== contributors.length)
    throw new MurmurationError(
      'storage.corrupt',
      `The result of part ${part} names ${contributors.length} contributors; its sum is one of ${sum.contributors}.`,
    );
  sum.requirePossible();
  return sum;
}
