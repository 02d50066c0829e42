import * as z from 'zod/mini';
import { concatBytes, utf8 } from '../encoding/bytes.ts';
import { certificateBytes } from '../secagg/certificate-form.ts';
import { bytes, deviceId, modelHash, taskName, text, time, whole } from './scalars.ts';

/** Coordinator to device, at once when a connection opens: what to sign. */
export const challenge = z.strictObject({ protocol: whole(1, 65_535), nonce: bytes(32) });
export type Challenge = z.infer<typeof challenge>;

/** Device to coordinator, once in its life: makes its identity key known. */
export const enrol = z.strictObject({
  protocol: whole(1, 65_535),
  publicKey: bytes(32),
  /** What the operator gave to the app, or what the app's own verifier asks for, such as an attestation. */
  token: text(8_192),
  /** The enrolment authority's word for the key, where the app has such an authority. */
  certificate: z.optional(bytes(certificateBytes)),
  signature: bytes(64),
});
export type Enrol = z.infer<typeof enrol>;
export const enrolled = z.strictObject({ device: deviceId });
export type Enrolled = z.infer<typeof enrolled>;

/** What a device runs on, in as few words as operators need: more would tell single devices apart. */
export const platform = z.enum(['browser', 'node', 'android', 'ios', 'other']);
export type PlatformName = z.infer<typeof platform>;

/** Device to coordinator, first on every connection. */
export const hello = z.strictObject({
  protocol: whole(1, 65_535),
  device: deviceId,
  signature: bytes(64),
  /** Version of the SDK, `major.minor.patch`. */
  sdk: z.string().check(z.regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, 'expected a version such as "1.2.3"')),
  platform,
});
export type Hello = z.infer<typeof hello>;
export const welcome = z.strictObject({
  /** The coordinator's clock, ms since 1970. */
  now: time,
  tasks: z
    .array(
      z.strictObject({
        task: taskName,
        /** Examples without which a device does not check in: it compares by itself, and tells no number. */
        leastExamples: whole(0, 2 ** 31),
      }),
    )
    .check(z.maxLength(1_000)),
  /** Which version to serve, of tasks whose operator has named one; of all others it is the newest. */
  serve: z.optional(
    z.array(z.strictObject({ task: taskName, model: modelHash })).check(z.minLength(1), z.maxLength(1_000)),
  ),
});
export type Welcome = z.infer<typeof welcome>;

/** Coordinator to device: the version to serve has changed; `null`: it is the newest one again. */
export const serve = z.strictObject({ task: taskName, model: z.nullable(modelHash) });
export type Serve = z.infer<typeof serve>;

/** What a device signs with its Ed25519 identity: the challenge of this connection, bound to what it is for. */
export function challengeMessage(purpose: 'enrol' | 'hello' | 'forget', nonce: Uint8Array): Uint8Array {
  return concatBytes(utf8(`murmuration/${purpose} `), nonce);
}

/** A device takes itself out of the population for good, at the wish of its owner. */
export const forget = z.strictObject({
  /** Its own id. */
  device: deviceId,
  /** Over `challengeMessage('forget', …)` with the nonce that its hello has signed; older devices leave it out. */
  signature: z.optional(bytes(64)),
});
export type Forget = z.infer<typeof forget>;
