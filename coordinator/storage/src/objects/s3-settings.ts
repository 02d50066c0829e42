import { isLoopback } from '@murmuration/serving/access/loopback';
import * as z from 'zod';

/** True if bytes and signatures are protected on the way: by TLS, or within this machine. */
function isProtected(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username } = new URL(text);
  if (pathname !== '/' || search || hash || username) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Bucket of S3, or of a compatible service, for models outside of the database. */
export const s3Schema = z.strictObject({
  /**
   * Origin of the service, such as `https://s3.eu-central-1.amazonaws.com`; the bucket follows in the
   * path.
   */
  endpoint: z
    .string()
    .refine(isProtected, 'expected an origin such as "https://s3.example.org"; http only on this machine'),
  /** Name of the bucket, which must exist. */
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
  /** Region of the bucket; for your own service its configured name, often `us-east-1`. */
  region: z.string().regex(/^[a-z0-9-]{1,64}$/, 'expected a region such as "eu-central-1"'),
  /** Prefix of the key of each object, such as `murmuration/`. @default '' */
  prefix: z
    .string()
    .regex(/^(?:(?!\.{1,2}\/)[\w.-]+\/)*$/, 'expected a path such as "murmuration/"')
    .max(512)
    .default(''),
  /**
   * Access key of an account that may read, write, list and delete there; AWS_ACCESS_KEY_ID if left out.
   */
  accessKeyId: z.string().min(1).max(256),
  /** Secret access key; AWS_SECRET_ACCESS_KEY if left out. */
  secretAccessKey: z.string().min(1).max(1_024),
  /** Session token of temporary credentials; AWS_SESSION_TOKEN if left out. */
  sessionToken: z.string().min(1).max(8_192).optional(),
  /**
   * Source of model files for devices: `coordinator`, or `direct`, the bucket, for devices that support
   * it, at signed URLs that are valid for 5 minutes; or the origin at which devices reach the service, if
   * it is not `endpoint`.
   * @default 'coordinator'
   */
  downloads: z
    .string()
    .refine(
      text => text === 'coordinator' || text === 'direct' || isProtected(text),
      'expected "coordinator", "direct" or an origin such as "https://s3.example.org"; http only on this machine',
    )
    .default('coordinator'),
});

/** Returns the origin at which devices download from the service; undefined if they don't. */
export function downloadOrigin({ downloads, endpoint }: Pick<S3Settings, 'downloads' | 'endpoint'>) {
  if (downloads === 'coordinator') return undefined;
  return downloads === 'direct' ? endpoint : downloads;
}

export type S3Settings = z.output<typeof s3Schema>;
