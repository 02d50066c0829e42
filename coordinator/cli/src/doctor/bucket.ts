import { hex, utf8 } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { S3Objects } from '@murmuration/storage/objects/s3-objects';
import type { S3Settings } from '@murmuration/storage/objects/s3-settings';
import { type Checkup, fault, ok, reason } from './finding.ts';

/** Fixed name, so that a probe that could not be deleted is replaced the next time. */
const probe = 'doctor-probe';

/** Milliseconds that the public address may take. */
const bucketTimeoutMs = 15_000;

/**
 * Checks that the account has the permissions that a coordinator needs in the bucket: it writes an object,
 * reads, lists, and deletes it; and, if devices download from the bucket, that the object is at the address
 * that they get.
 */
export async function checkBucket(settings: S3Settings, clock: Clock, random: RandomBytes): Promise<Checkup> {
  const { bucket, endpoint, prefix } = settings;
  const objects = new S3Objects(settings, clock, random);
  const bytes = utf8('Written by the doctor of Murmuration, which deletes it at once.');
  const sha256 = hex(native.sha256(bytes));
  let doing = 'write';
  try {
    await objects.put(probe, bytes, sha256);
    doing = 'read';
    const found = await objects.read(probe);
    if (!found || hex(native.sha256(found)) !== sha256)
      return fault(
        'bucket',
        `The bucket ${bucket} at ${endpoint} gave other bytes than were written there.`,
        'Keep caches and gateways that change objects out of the way of "s3" → "endpoint".',
      );
    const address = await objects.link(probe, 'public');
    const why = address && (await missesAt(address, sha256));
    if (why)
      return fault(
        'bucket',
        `Devices would not get models from the bucket at ${new URL(address).origin}: ${why}.`,
        'Correct "s3" → "downloads": what is there has to pass on the host that it is asked for, and change nothing. Devices get models from the coordinator until then.',
      );
    doing = 'list';
    for await (const _ of objects.keys()) break;
    doing = 'delete';
    await objects.delete(probe);
  } catch (error) {
    return fault(
      'bucket',
      `To ${doing} an object failed: ${reason(error)}.`,
      `Correct "s3" in the configuration, or let the account write, read, list and delete below ${bucket}/${prefix}.`,
    );
  }
  return ok('bucket', `Models lie in the bucket ${bucket} at ${endpoint}, where the account may write.`);
}

/**
 * Returns the reason, without the signed address, why the bytes of a hash are not there; undefined if they
 * are.
 */
async function missesAt(address: string, sha256: string): Promise<string | undefined> {
  try {
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(bucketTimeoutMs) });
    if (!answer.ok) return `it answered HTTP ${answer.status}`;
    const found = hex(native.sha256(new Uint8Array(await answer.arrayBuffer())));
    return found === sha256 ? undefined : 'it gave other bytes';
  } catch (error) {
    return reason(error);
  }
}
