import * as z from 'zod/mini';
import { concatBytes, utf8 } from '../encoding/bytes.ts';
import { certificateBytes } from '../secagg/certificate-form.ts';
import { bytes, deviceId, modelHash, taskName, text, time, whole } from './scalars.ts';

/** Coordinator to device, at once when a connection opens: the nonce to sign. */
export const challenge = z.strictObject({ protocol: whole(1, 65_535), nonce: bytes(32) });
export type Challenge = z.infer<typeof challenge>;

/** Device to coordinator, once in its life: registers its identity key. */
export const enrol = z.strictObject({
  protocol: whole(1, 65_535),
  publicKey: bytes(32),
  /**
   * Token that the operator gave to the app, or that the app's own verifier asks for, such as an attestation.
   */
  token: text(8_192),
  /** Certificate of the key by the enrolment authority, if the app has one. */
  certificate: z.optional(bytes(certificateBytes)),
  signature: bytes(64),
});
export type Enrol = z.infer<typeof enrol>;
export const enrolled = z.strictObject({ device: deviceId });
export type Enrolled = z.infer<typeof enrolled>;

/** Platform of a device; few values, since more would tell single devices apart. */
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
        /**
         * Examples that a device needs to check in; it compares on its own and does not reveal its number.
         */
        leastExamples: whole(0, 2 ** 31),
      }),
    )
    .check(z.maxLength(1_000)),
  /** Versions to serve of tasks whose operator has chosen one; all others serve the newest. */
  serve: z.optional(
    z.array(z.strictObject({ task: taskName, model: modelHash })).check(z.minLength(1), z.maxLength(1_000)),
  ),
});
export type Welcome = z.infer<typeof welcome>;

/** Coordinator to device: the version to serve has changed; `null` means the newest one. */
export const serve = z.strictObject({ task: taskName, model: z.nullable(modelHash) });
export type Serve = z.infer<typeof serve>;

/**
 * Message that a device signs with its Ed25519 identity: the connection's challenge, bound to its purpose.
 */
export function challengeMessage(purpose: 'enrol' | 'hello' | 'forget', nonce: Uint8Array): Uint8Array {
  return concatBytes(utf8(`murmuration/${purpose} `), nonce);
}

/** Device to coordinator: removes the device from the population for good, at its owner's wish. */
export const forget = z.strictObject({
  /** Id of the device itself. */
  device: deviceId,
  /**
   * Signature of `challengeMessage('forget', …)` with the nonce that its hello signed; older devices leave it
   * out.
   */
  signature: z.optional(bytes(64)),
});
export type Forget = z.infer<typeof forget>;
