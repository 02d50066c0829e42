import { ByteReader, concatBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { flagBytes, packFlags, unpackFlags } from './bitset.ts';
import { bindInGraph, type GraphContext } from './context.ts';
import { keyBytes, signatureBytes } from './keys.ts';
import { type SurvivorsStatement, statementHash } from './statement.ts';

/**
 * Message that a device signs with its update: the hash of the dealers' flags, by which it has masked
 * (SPEC.md, SA10).
 */
export function updateMessage(context: GraphContext, dealerFlags: Uint8Array): Uint8Array {
  return bindInGraph(context, 'update', context.primitives.sha256(dealerFlags));
}

/** Message that a device signs once in a round: the one statement to which it agrees (SPEC.md, SA13). */
export function agreementMessage(context: GraphContext, statement: Uint8Array): Uint8Array {
  return bindInGraph(context, 'agreement', statementHash(context, statement));
}

/**
 * Evidence about a neighbour that was counted: its signature of the statement, or else of its update;
 * Ed25519, 64 bytes.
 */
export interface Evidence {
  readonly kind: 'agreement' | 'update';
  readonly signature: Uint8Array;
}

/**
 * Encodes the evidence for a device before it reveals: a flag of each neighbour that agreed, then the
 * signature of each one that was counted. `evidence` has one entry for each neighbour, by number; undefined
 * for those that were not counted.
 */
export function writeAgreed(evidence: readonly (Evidence | undefined)[]): Uint8Array {
  return concatBytes(
    packFlags(evidence.map(each => each?.kind === 'agreement')),
    ...evidence.flatMap(each => each?.signature ?? []),
  );
}

/** Neighbours whose agreements a device reads. */
export interface Witnesses {
  /** Numbers of the neighbours, ascending. */
  readonly neighbours: Uint32Array;
  /** Identities of the neighbours, 32 bytes each. */
  readonly identities: Uint8Array;
}

/**
 * Reads which neighbours agreed to `statement` from `agreed`, and checks every signature.
 * @throws MurmurationError `secagg.agreement` if `agreed` has another length, flags a neighbour that was not
 * counted, or has a signature that is not the neighbour's, of this statement or of an update masked with the
 * same dealers
 */
export function readAgreed(
  context: GraphContext,
  { neighbours, identities }: Witnesses,
  statement: Uint8Array,
  { counted }: SurvivorsStatement,
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
