import { base64url, equalBytes, hex, utf8 } from '@murmuration/protocol/encoding/bytes';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import * as z from 'zod';

/**
 * Rights of a token. `predict`: ask models and read about them; `manage`: load and unload them; `feedback`:
 * report outcomes of predictions; `monitor`: report predictions as a replica, and read figures; `read`: read
 * the tasks and model files of a coordinator.
 */
export const rights = ['predict', 'manage', 'feedback', 'monitor', 'read'] as const;
export type Right = (typeof rights)[number];

/** Inference tokens as a configuration lists them. */
export const tokensSchema = z
  .array(
    z.strictObject({
      /** Token id. */
      id: z.string().regex(/^[A-Za-z0-9_-]{16}$/, 'expected 16 letters, digits, hyphens and underscores'),
      /** Name of the holder. */
      name: z.string().min(1).max(100),
      /**
       * Rights: `predict`, `manage` for loading and unloading models, `feedback` for outcomes, `monitor` for
       * replicas and Prometheus, `read` for the tasks and model files of a coordinator whose `reading` is
       * `tokens`.
       */
      rights: z.array(z.enum(rights)).min(1),
      /** Names of the models that the token is for; null: all. @default null */
      models: z.array(z.string().min(1).max(128)).min(1).max(100).nullable().default(null),
      /** SHA-256 of the token, hexadecimal. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
      /** Time when the token expires, such as `2027-01-01T00:00:00Z`; null: never. @default null */
      expiresAt: z.iso.datetime().nullable().default(null),
      /** Rate limit; null: none. @default null */
      rate: z
        .strictObject({
          /** Requests per second in the long run, and as many at once. */
          perSecond: z.number().positive().max(10_000_000),
        })
        .transform(({ perSecond }) => ({ perSecond, burst: Math.ceil(perSecond) }))
        .nullable()
        .default(null),
      /** Quota of requests; null: none. @default null */
      quota: z
        .strictObject({
          /** Requests in a day: used ones come back evenly; all are there after a restart. */
          requests: z.int().min(1).max(1_000_000_000),
        })
        .transform(({ requests }) => ({ requests, hours: 24 }))
        .nullable()
        .default(null),
    }),
  )
  .default([]);

export type InferenceToken = z.output<typeof tokensSchema>[number];

const tokenPrefix = 'mmi_';
const inferenceTokenPattern = /^mmi_([A-Za-z0-9_-]{16})[A-Za-z0-9_-]{43}$/;
const nothing = new Uint8Array(32);

/**
 * Makes a token: `mmi_`, its id, and 32 random bytes in base64url; also returns its id and SHA-256 for the
 * configuration.
 */
export function mintInferenceToken(
  random: RandomBytes,
  { sha256 }: Pick<Primitives, 'sha256'>,
): { readonly text: string; readonly id: string; readonly sha256: string } {
  const id = base64url(random(12));
  const text = `${tokenPrefix}${id}${base64url(random(32))}`;
  return { text, id, sha256: hex(sha256(utf8(text))) };
}

/**
 * Returns the token that a text is, if any; takes the same time wherever the text differs, or if the id is
 * unknown.
 */
export function tokenOf<Token extends { readonly digest: Uint8Array }>(
  text: string,
  tokens: ReadonlyMap<string, Token>,
  { sha256 }: Pick<Primitives, 'sha256'>,
): Token | undefined {
  const id = inferenceTokenPattern.exec(text)?.[1];
  const token = id === undefined ? undefined : tokens.get(id);
  return equalBytes(sha256(utf8(text)), token?.digest ?? nothing) ? token : undefined;
}
