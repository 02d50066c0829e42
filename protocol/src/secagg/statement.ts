import { concatBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { fewestContributors } from './assumptions.ts';
import { flagBytes, packFlags, unpackFlags } from './bitset.ts';
import { bindInGraph, type GraphContext } from './context.ts';

/** Survivors statement: the devices that dealt (D) and those whose update was counted (C*), by number. */
export interface SurvivorsStatement {
  readonly dealt: readonly boolean[];
  readonly counted: readonly boolean[];
}

/**
 * Encodes a statement: a flag of each device of the graph that dealt, then of each whose update was counted.
 * So it cannot ask for both secrets of a device.
 * @throws MurmurationError `secagg.too-few` below three contributors
 */
export function writeStatement(
  devices: number,
  dealers: { has(device: number): boolean },
  contributors: { has(device: number): boolean },
): Uint8Array {
  const flagsOf = (set: { has(device: number): boolean }) =>
    Array.from({ length: devices }, (_, device) => set.has(device));
  const counted = flagsOf(contributors);
  refuseTooFew(counted, fewestContributors);
  return concatBytes(packFlags(flagsOf(dealers)), packFlags(counted));
}

/**
 * Reads a statement about `devices` devices.
 * @throws MurmurationError `secagg.statement` if it has another length or stray bits, or counts a device that
 * did not deal; `secagg.too-few` if it counts fewer than `smallestSum`, or than three
 */
export function readStatement(
  statement: Uint8Array,
  devices: number,
  smallestSum = fewestContributors,
): SurvivorsStatement {
  const half = flagBytes(devices);
  if (statement.length !== 2 * half)
    throw new MurmurationError('secagg.statement', `The statement is not about ${devices} devices.`);
  const [dealt, counted] = [statement.subarray(0, half), statement.subarray(half)].map(flags => {
    try {
      return unpackFlags(flags, devices);
    } catch {
      throw new MurmurationError('secagg.statement', 'The statement has stray bits.');
    }
  }) as [boolean[], boolean[]];
  if (counted.some((isCounted, device) => isCounted && !dealt[device]))
    throw new MurmurationError('secagg.statement', 'The statement counts a device that did not deal.');
  refuseTooFew(counted, Math.max(smallestSum, fewestContributors));
  return { dealt, counted };
}

/** S: hash of a statement, by which devices agree on it; 32 bytes. */
export function statementHash(context: GraphContext, statement: Uint8Array): Uint8Array {
  return context.primitives.sha256(bindInGraph(context, 'statement', statement));
}

function refuseTooFew(counted: readonly boolean[], fewest: number): void {
  const contributors = counted.filter(isCounted => isCounted).length;
  if (contributors < fewest) {
    throw new MurmurationError(
      'secagg.too-few',
      `The sum is of ${contributors} updates, and ${fewest} are the fewest.`,
    );
  }
}
