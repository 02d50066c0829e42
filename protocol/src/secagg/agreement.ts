import { ByteReader, concatBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { flagBytes, packFlags, unpackFlags } from './bitset.ts';
import { bindInGraph, type GraphContext } from './context.ts';
import { keyBytes, signatureBytes } from './keys.ts';
import { type Statement, statementHash } from './statement.ts';

/** What a device signs with its update: the hash of who dealt, by which it has masked (SPEC.md, SA10). */
export function updateMessage(context: GraphContext, dealerFlags: Uint8Array): Uint8Array {
  return bindInGraph(context, 'update', context.primitives.sha256(dealerFlags));
}

/** What a device signs once in a round: the one statement to which it agrees (SPEC.md, SA13). */
export function agreementMessage(context: GraphContext, statement: Uint8Array): Uint8Array {
  return bindInGraph(context, 'agreement', statementHash(context, statement));
}

/** What is known of a neighbour that was counted: that it agreed, or else that it sent an update; Ed25519, 64 bytes. */
export interface Evidence {
  readonly kind: 'agreement' | 'update';
  readonly signature: Uint8Array;
}

/**
 * What a device is told before it reveals: a flag of each neighbour that agreed, then the signature of each one that was counted.
 * `evidence` is that of the neighbours, by number, undefined of those that were not counted.
 */
export function writeAgreed(evidence: readonly (Evidence | undefined)[]): Uint8Array {
  return concatBytes(
    packFlags(evidence.map(each => each?.kind === 'agreement')),
    ...evidence.flatMap(each => each?.signature ?? []),
  );
}

/** Whom a device reads agreements of. */
export interface Witnesses {
  /** The numbers of the neighbours, ascending. */
  readonly neighbours: Uint32Array;
  /** Their identities, 32 bytes each. */
  readonly identities: Uint8Array;
}

/**
 * Which neighbours agreed to `statement`, read from `agreed`, every signature of which is checked.
 * @throws MurmurationError `secagg.agreement` where it has another length, flags a neighbour that was not counted, or any signature is
 *   not that of the neighbour, of this statement or of an update masked with the same dealers
 */
export function readAgreed(
  context: GraphContext,
  { neighbours, identities }: Witnesses,
  statement: Uint8Array,
  { counted }: Statement,
  agreed: Uint8Array,
): boolean[] {
  const { ed25519 } = context.primitives;
  const inTheSum = neighbours.reduce((count, number) => count + Number(counted[number]), 0);
  if (agreed.length !== flagBytes(neighbours.length) + inTheSum * signatureBytes)
    throw new MurmurationError(
      'secagg.agreement',
      'The agreements have another length than the statement calls for.',
    );
  const reader = new ByteReader(agreed);
  const flags = flagsOf(reader.raw(flagBytes(neighbours.length)), neighbours.length);
  const agreementSigned = agreementMessage(context, statement);
  const updateSigned = updateMessage(context, statement.subarray(0, statement.length / 2));
  neighbours.forEach((number, i) => {
    if (!counted[number]) {
      if (flags[i])
        throw new MurmurationError('secagg.agreement', 'A neighbour that was not counted is said to agree.');
      return;
    }
    const identity = identities.subarray(i * keyBytes, (i + 1) * keyBytes);
    const signed = flags[i] ? agreementSigned : updateSigned;
    if (!ed25519.verify(identity, signed, reader.raw(signatureBytes)))
      throw new MurmurationError(
        'secagg.agreement',
        `Neighbour ${number} has not signed ${flags[i] ? 'this statement' : 'an update with these dealers'}.`,
      );
  });
  return flags;
}

function flagsOf(bytes: Uint8Array, count: number): boolean[] {
  try {
    return unpackFlags(bytes, count);
  } catch {
    throw new MurmurationError('secagg.agreement', 'The agreements have stray bits.');
  }
}
