import { ByteReader, ByteWriter, concatBytes } from '../bytes.ts';
import { MurmurationError } from '../errors.ts';
import { keyBytes } from './keys.ts';
import {
  dealShares,
  enterRound,
  type Participant,
  type ParticipantContext,
  takeShares,
} from './participant.ts';
import { pairBytes } from './sealed-share.ts';
import { Secret } from './secret.ts';

const phases = ['keys', 'shares', 'updates', 'unmasking', 'closing'] as const;

/** A state as bytes, secrets included, for the device's own storage. */
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
    case 'unmasking': {
      const { dealers, opened, shares } = state.holdings;
      const writer = new ByteWriter(16 + dealers.length * (5 + pairBytes))
        .u32(state.devices)
        .u32(state.threshold)
        .u32(state.self)
        .u32(dealers.length);
      dealers.forEach((dealer, i) => {
        writer.u32(dealer).u8(Number(opened[i]));
      });
      return concatBytes(tag, writer.raw(shares.expose()).bytes);
    }
    case 'closing':
      return concatBytes(tag, state.statementHash, state.message);
  }
}

/** The state that `saveParticipant` saved in the same round; throws `protocol.frame` where the bytes are cut short. */
export function restoreParticipant(context: ParticipantContext, saved: Uint8Array): Participant {
  const reader = new ByteReader(saved);
  const phase = phases[reader.u8()];
  // Up to the mask, everything follows from the root and from what the coordinator sent.
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
    case 'unmasking': {
      const [devices, threshold, self] = [reader.u32(), reader.u32(), reader.u32()];
      const dealers = Array.from({ length: reader.u32() }, () => ({
        number: reader.u32(),
        opened: reader.u8() === 1,
      }));
      const holdings = {
        dealers: dealers.map(({ number }) => number),
        opened: dealers.map(({ opened }) => opened),
        shares: new Secret(reader.raw(dealers.length * pairBytes).slice()),
      };
      return { phase, devices, threshold, self, holdings };
    }
    case 'closing':
      return { phase, statementHash: reader.raw(keyBytes), message: reader.raw(reader.remaining) };
    default:
      throw new MurmurationError('protocol.frame', 'These bytes are not a saved participant.');
  }
}
