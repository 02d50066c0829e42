import { ByteReader, ByteWriter, concatBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import { agreementMessage } from './agreement.ts';
import { flagBytes } from './bitset.ts';
import { keyBytes } from './keys.ts';
import {
  dealShares,
  enterRound,
  type Holdings,
  inAgreement,
  type Masked,
  type Participant,
  type ParticipantContext,
  takeShares,
} from './participant.ts';
import { pairBytes } from './sealed-share.ts';
import { Secret } from './secret.ts';

const phases = ['keys', 'shares', 'updates', 'agreement', 'unmasking', 'closing'] as const;

/** Encodes a state, secrets included, for the device's own storage. */
export function saveParticipant(state: Participant): Uint8Array {
  const tag = Uint8Array.of(phases.indexOf(state.phase));
  switch (state.phase) {
    case 'keys':
      return concatBytes(tag, state.root.expose());
    case 'shares':
      return concatBytes(tag, state.root.expose(), state.roster);
    case 'updates':
      return concatBytes(
        tag,
        state.root.expose(),
        new ByteWriter(4).u32(state.roster.length).bytes,
        state.roster,
        state.bundle,
      );
    case 'agreement':
      return concatBytes(tag, savedMasked(state.masked), savedHoldings(state.holdings));
    case 'unmasking':
      return concatBytes(tag, savedMasked(state.masked), state.statement, savedHoldings(state.holdings));
    case 'closing':
      return concatBytes(tag, state.graph, state.statementHash, state.message);
  }
}

function savedMasked({ graph, isComplete, devices, threshold, self, dealt, ...rest }: Masked): Uint8Array {
  const { neighbours, identities } = rest;
  const writer = new ByteWriter(keyBytes + 17 + dealt.length + neighbours.length * (4 + keyBytes))
    .raw(graph)
    .u8(Number(isComplete))
    .u32(devices)
    .u32(threshold)
    .u32(self)
    .u32(neighbours.length)
    .raw(dealt);
  for (const number of neighbours) writer.u32(number);
  return writer.raw(identities).bytes;
}

function savedHoldings({ dealers, opened, shares }: Holdings): Uint8Array {
  const writer = new ByteWriter(4 + dealers.length * (5 + pairBytes)).u32(dealers.length);
  dealers.forEach((dealer, i) => {
    writer.u32(dealer).u8(Number(opened[i]));
  });
  return writer.raw(shares.expose()).bytes;
}

/**
 * Restores a state that `saveParticipant` saved in the same round; throws `protocol.frame` if the bytes are
 * cut short.
 */
export function restoreParticipant(context: ParticipantContext, saved: Uint8Array): Participant {
  const reader = new ByteReader(saved);
  const phase = phases[reader.u8()];
  // Before masking, everything follows from the root and from the coordinator's messages.
  switch (phase) {
    case 'keys':
      return enterRound(context, reader.raw(keyBytes));
    case 'shares':
      return dealShares(context, enterRound(context, reader.raw(keyBytes)), reader.raw(reader.remaining));
    case 'updates': {
      const entered = enterRound(context, reader.raw(keyBytes));
      const dealt = dealShares(context, entered, reader.raw(reader.u32()));
      return takeShares(context, dealt, reader.raw(reader.remaining));
    }
    case 'agreement':
      return inAgreement(context, restoredMasked(reader), restoredHoldings(reader));
    case 'unmasking': {
      const masked = restoredMasked(reader);
      const statement = new Uint8Array(reader.raw(2 * flagBytes(masked.devices)));
      const message = context.identity.sign(agreementMessage({ ...context, graph: masked.graph }, statement));
      return { phase, masked, holdings: restoredHoldings(reader), statement, message };
    }
    case 'closing':
      return {
        phase,
        graph: reader.raw(keyBytes),
        statementHash: reader.raw(keyBytes),
        message: reader.raw(reader.remaining),
      };
    default:
      throw new MurmurationError('protocol.frame', 'These bytes are not a saved participant.');
  }
}

function restoredMasked(reader: ByteReader): Masked {
  const graph = new Uint8Array(reader.raw(keyBytes));
  const isComplete = reader.u8() === 1;
  const [devices, threshold, self, count] = [reader.u32(), reader.u32(), reader.u32(), reader.u32()];
  const dealt = new Uint8Array(reader.raw(flagBytes(devices)));
  const neighbours = Uint32Array.from({ length: count }, () => reader.u32());
  const identities = new Uint8Array(reader.raw(count * keyBytes));
  return { graph, isComplete, devices, threshold, self, dealt, neighbours, identities };
}

function restoredHoldings(reader: ByteReader): Holdings {
  const dealers = Array.from({ length: reader.u32() }, () => ({
    number: reader.u32(),
    opened: reader.u8() === 1,
  }));
  return {
    dealers: dealers.map(({ number }) => number),
    opened: dealers.map(({ opened }) => opened),
    shares: new Secret(new Uint8Array(reader.raw(dealers.length * pairBytes))),
  };
}
