import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Certificate, followed by its chain, and its key, as PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * Reads the files of a certificate. Throws `config.invalid` if one can't be read, or key and certificate do
 * not match.
 */
export async function readCertificate(files: {
  readonly certificate: string;
  readonly key: string;
}): Promise<Certificate> {
  const read = (field: keyof typeof files) =>
    readFile(files[field]).catch(cause => {
      throw new MurmurationError(
        'config.invalid',
        `The configuration: tls.${field}: ${files[field]} can't be read: ${cause.message}`,
        { cause },
      );
    });
  const certificate = { cert: await read('certificate'), key: await read('key') };
  try {
    createSecureContext(certificate);
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The configuration: tls: ${files.certificate} and ${files.key} are no PEM certificate with its key: ${(cause as Error).message}`,
      { cause },
    );
  }
  return certificate;
}
