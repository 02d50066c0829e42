import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate for 127.0.0.1 that its own key has signed, as PEM files of a folder that `remove` deletes. */
export async function makeCertificate() {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-tls-'));
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=murmuration test', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ...['-keyout', key, '-out', certificate],
  ]);
  return { certificate, key, remove: () => rm(folder, { recursive: true }) };
}
