import { MurmurationError } from '../errors.ts';
import { flagBytes, packFlags, unpackFlags } from './bitset.ts';
import { fewestContributors } from './parameters.ts';

/**
 * The survivors statement: one flag for each device of the graph, set where its update was not counted. It names the
 * dropped and can say nothing else, so that it cannot ask for both secrets of a device.
 * @throws MurmurationError `secagg.too-few` below three contributors
 */
export function writeStatement(devices: number, contributors: ReadonlySet<number>): Uint8Array {
  const dropped = Array.from({ length: devices }, (_, device) => !contributors.has(device));
  refuseTooFew(dropped);
  return packFlags(dropped);
}

/**
 * Which devices a statement names as dropped, by number.
 * @throws MurmurationError `secagg.statement` where it is for another number of devices, `secagg.too-few` below three
 *   contributors
 */
export function readStatement(statement: Uint8Array, devices: number): boolean[] {
  if (statement.length !== flagBytes(devices)) {
    throw new MurmurationError('secagg.statement', `The statement is not about ${devices} devices.`);
  }
  const dropped = unpackFlags(statement, devices);
  refuseTooFew(dropped);
  return dropped;
}

function refuseTooFew(dropped: readonly boolean[]): void {
  const contributors = dropped.filter(isDropped => !isDropped).length;
  if (contributors < fewestContributors) {
    throw new MurmurationError(
      'secagg.too-few',
      `A sum of ${contributors} updates says too much of each of them.`,
    );
  }
}
