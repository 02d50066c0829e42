import { createHash } from 'node:crypto';

/** Namespace of run names, drawn once at random. */
const runs = '3f0c7a52-8a36-4d0e-9f7b-5c2d1e64b08a';

/** Returns the id of a run, which depends only on its names. */
export function runIdOf(...names: readonly string[]): string {
  return nameUuid(runs, names.map(encodeURIComponent).join('/'));
}

/** Returns the UUID, version 5 (RFC 9562), of a name in the namespace of another UUID. */
export function nameUuid(space: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(space.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x50;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
