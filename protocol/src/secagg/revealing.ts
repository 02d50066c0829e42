import { concatBytes, equalBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { agreementMessage, readAgreed } from './agreement.ts';
import { packFlags } from './bitset.ts';
import type { GraphContext } from './context.ts';
import type {
  Holdings,
  InAgreement,
  InClosing,
  InUnmasking,
  Masked,
  ParticipantContext,
} from './participant.ts';
import { oneShareBytes, pairBytes } from './sealed-share.ts';
import { readStatement, type SurvivorsStatement, statementHash } from './statement.ts';

/**
 * Takes the survivors statement; a device signs one in a round. It agrees by its signature, and reveals only
 * when its neighbours have agreed to the same. If the coordinator is assumed honest but curious, it answers
 * with its shares at once. The same statement again gets the same answer.
 * @throws MurmurationError `secagg.statement` for a malformed statement, one that does not count this device
 * or names other dealers than its bundle, or a second one; `secagg.too-few` if it counts fewer than the
 * threshold or the device's floor. Nothing changes then.
 */
export function takeStatement(
  context: ParticipantContext,
  state: InAgreement | InUnmasking | InClosing,
  statement: Uint8Array,
): InUnmasking | InClosing {
  if (state.phase !== 'agreement') {
    const inGraph = { ...context, graph: state.phase === 'closing' ? state.graph : state.masked.graph };
    const before = state.phase === 'closing' ? state.statementHash : statementHash(inGraph, state.statement);
    if (equalBytes(statementHash(inGraph, statement), before)) return state;
    throw new MurmurationError(
      'secagg.statement',
      'The coordinator stated something else about the survivors before.',
    );
  }
  const { masked, holdings } = state;
  const inGraph = { ...context, graph: masked.graph };
  const read = standInStatement(masked, statement, context.demands.smallestSum);
  if (context.demands.assumptions.threat === 'honest-but-curious')
    return reveal(inGraph, holdings, statement, read);
  const message = context.identity.sign(agreementMessage(inGraph, statement));
  return { phase: 'unmasking', masked, holdings, statement, message };
}

/**
 * Reveals one share for each neighbour that dealt, if enough agreements are presented: of its seed if its
 * update was counted, else of its masking secret. Once it has revealed, it returns the same again.
 * @throws MurmurationError `secagg.agreement` if the agreements are malformed, one of them is wrong, or fewer
 * than the threshold have agreed: nothing changes then, and another message may have them
 */
export function revealShares(
  context: ParticipantContext,
  state: InUnmasking | InClosing,
  agreed: Uint8Array,
): InClosing {
  if (state.phase === 'closing') return state;
  const { masked, holdings, statement } = state;
  const inGraph = { ...context, graph: masked.graph };
  const read = readStatement(statement, masked.devices);
  const flags = readAgreed(inGraph, masked, statement, read, agreed);
  const agreeing = flags.filter(flag => flag).length + Number(masked.isComplete);
  if (agreeing < masked.threshold) {
    throw new MurmurationError(
      'secagg.agreement',
      `${agreeing} holders of this device's shares agree, and ${masked.threshold} are needed.`,
    );
  }
  return reveal(inGraph, holdings, statement, read);
}

/** Reads a statement that this device accepts; throws as `takeStatement` does. */
function standInStatement(masked: Masked, statement: Uint8Array, smallestSum: number): SurvivorsStatement {
  const read = readStatement(statement, masked.devices, smallestSum);
  if (!equalBytes(packFlags(read.dealt), masked.dealt))
    throw new MurmurationError('secagg.statement', 'The statement names other dealers than the bundle did.');
  if (!read.counted[masked.self])
    throw new MurmurationError('secagg.statement', 'The update of this device was not counted.');
  const surviving =
    masked.neighbours.filter(number => read.counted[number]).length + Number(masked.isComplete);
  if (surviving < masked.threshold) {
    throw new MurmurationError(
      'secagg.too-few',
      `${surviving} holders of this device's shares were counted, and ${masked.threshold} are needed.`,
    );
  }
  return read;
}

function reveal(
  context: GraphContext,
  { dealers, opened, shares }: Holdings,
  statement: Uint8Array,
  { counted }: SurvivorsStatement,
): InClosing {
  const revealed = dealers.flatMap((dealer, i) => {
    const at = i * pairBytes + (counted[dealer] ? 0 : oneShareBytes);
    return opened[i] ? [shares.expose().subarray(at, at + oneShareBytes)] : [];
  });
  const hash = statementHash(context, statement);
  const message = concatBytes(hash, packFlags(opened), ...revealed);
  shares.erase();
  return { phase: 'closing', graph: context.graph, statementHash: hash, message };
}
