import '@murmuration/client-sdk/react-native/built-ins';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { portable } from '@murmuration/protocol/primitives/portable';
import { dealShares, enterRound, maskUpdate, takeShares } from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { bound, undemanding } from '../unit/protocol/secagg/cohort.ts';

/** What one device of a round has and hears, in hexadecimal. */
export interface DeviceInputs {
  readonly identity: string;
  readonly entropy: string;
  readonly roster: string;
  readonly bundle: string;
  readonly statement: string;
  readonly agreed: string;
  readonly values: number;
  readonly width: number;
}

const bytesOf = (text: string) =>
  Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));

/** The update of a device before its masks. */
export const plainUpdate = (values: number): Int32Array =>
  Int32Array.from({ length: values }, (_, i) => (i * 7919) % 4_096);

/** A device's whole part in a masked round; the digest of all that it sends. */
export function contribution(inputs: DeviceInputs): string {
  const context = {
    ...bound,
    primitives: portable,
    identity: portable.ed25519.signingKey(bytesOf(inputs.identity)),
    demands: undemanding,
  };
  const update = plainUpdate(inputs.values);
  const entered = enterRound(context, bytesOf(inputs.entropy));
  const dealt = dealShares(context, entered, bytesOf(inputs.roster));
  const ready = takeShares(context, dealt, bytesOf(inputs.bundle));
  const masked = maskUpdate(context, ready, update, inputs.width);
  const agreeing = {
    ...undemanding,
    assumptions: { ...undemanding.assumptions, threat: 'malicious' } as const,
  };
  const heard = takeStatement({ ...context, demands: agreeing }, masked, bytesOf(inputs.statement));
  if (heard.phase !== 'unmasking') throw new Error(heard.phase);
  const revealed = revealShares(context, heard, bytesOf(inputs.agreed));
  const sent = [entered, dealt, masked, heard, revealed].map(({ message }) => hex(message)).join('\n');
  const bytes = new Uint8Array(update.buffer);
  return hex(
    portable.sha256(
      Uint8Array.from([...portable.sha256(bytes), ...portable.sha256(bytesOf(sent.replaceAll('\n', '')))]),
    ),
  );
}
