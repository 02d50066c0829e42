import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** PEM files. */
export interface CertificateFiles {
  /** File of the certificate, followed by its chain. */
  readonly certificate: string;
  readonly key: string;
  /**
   * File of the CA certificates for clients; with it, only clients with a certificate from one of them
   * connect.
   */
  readonly clients?: string | undefined;
}

/**
 * Returns the credentials of a port: TLS with these files, or cleartext without. Throws `config.invalid`,
 * naming the file that is wrong.
 */
export async function credentialsFrom(files: CertificateFiles | undefined): Promise<ServerCredentials> {
  if (!files) return ServerCredentials.createInsecure();
  const read = (field: keyof CertificateFiles, file: string) =>
    using(`.${field}: ${file} can't be read`, () => readFile(file));
  const cert = await read('certificate', files.certificate);
  const key = await read('key', files.key);
  const ca = files.clients === undefined ? null : await read('clients', files.clients);
  await using(`: ${files.certificate} and ${files.key} are no PEM certificate with its key`, () =>
    createSecureContext({ cert, key }),
  );
  if (ca) await using(`: ${files.clients} is no PEM certificate`, () => new X509Certificate(ca));
  return ServerCredentials.createSsl(ca, [{ cert_chain: cert, private_key: key }], ca !== null);
}

/** Returns what `use` does, or throws `config.invalid`, which says `otherwise` and the cause. */
async function using<Result>(otherwise: string, use: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await use();
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The configuration: inference.grpc.tls${otherwise}: ${(cause as Error).message}`,
      { cause },
    );
  }
}
