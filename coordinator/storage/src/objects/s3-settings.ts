import { isLoopback } from '@murmuration/serving/access/loopback';
import * as z from 'zod';

/** Whether bytes and signatures travel unread: by TLS, or within this machine. */
function isProtected(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username } = new URL(text);
  if (pathname !== '/' || search || hash || username) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Where models lie outside of the database: a bucket of S3, or of what speaks as S3 does. */
export const s3Schema = z
  .strictObject({
    /** Of the service, such as `https://s3.eu-central-1.amazonaws.com`; the bucket follows in the path. */
    endpoint: z
      .string()
      .refine(isProtected, 'expected an origin such as "https://s3.example.org"; http only on this machine'),
    /** Its name; it exists. */
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
    /** That of the bucket; what a service of your own calls it, often `us-east-1`. */
    region: z.string().regex(/^[a-z0-9-]{1,64}$/, 'expected a region such as "eu-central-1"'),
    /** Begins the key of each object, such as `murmuration/`. @default '' */
    prefix: z
      .string()
      .regex(/^(?:(?!\.{1,2}\/)[\w.-]+\/)*$/, 'expected a path such as "murmuration/"')
      .max(512)
      .default(''),
    /** Of the account that reads, writes, lists and deletes there; AWS_ACCESS_KEY_ID where it is left out. */
    accessKeyId: z.string().min(1).max(256),
    /** AWS_SECRET_ACCESS_KEY where it is left out. */
    secretAccessKey: z.string().min(1).max(1_024),
    /** Of passing credentials; AWS_SESSION_TOKEN where it is left out. */
    sessionToken: z.string().min(1).max(8_192).optional(),
    /**
     * Who sends devices the files of models: `coordinator`, or, to devices that take them from there, `direct`, the bucket, at signed addresses that
     * are good for 5 minutes.
     * @default 'coordinator'
     */
    downloads: z.enum(['coordinator', 'direct']).default('coordinator'),
    /** Where devices reach the service, if that is not `endpoint`; needs `direct` downloads. */
    publicEndpoint: z
      .string()
      .refine(isProtected, 'expected an origin such as "https://s3.example.org"; http only on this machine')
      .optional(),
  })
  .refine(({ downloads, publicEndpoint }) => downloads === 'direct' || publicEndpoint === undefined, {
    path: ['publicEndpoint'],
    error: 'expected nothing, or "direct" as downloads',
  });

export type S3Settings = z.output<typeof s3Schema>;
