import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { maskedHeader } from '@murmuration/protocol/messages/channel';
import { under } from './address.ts';
import { bearer, maxAnswerLength, problemOf } from './bulk.ts';
import { type NativeRequest, nativeExchange } from './native-exchange.ts';
import type { Transport } from './transport.ts';

/** The bulk of a transport to the coordinator at `base` on React Native. */
export function nativeBulk(base: URL, readToken?: string): Pick<Transport, 'download' | 'upload'> {
  return {
    async download(path, limit, signal) {
      const bytes = await reach(
        under(base, path),
        { method: 'GET', headers: bearer(readToken), signal },
        limit,
      );
      if (bytes === undefined)
        throw new MurmurationError('model.unusable', `${path} has more than the ${limit} bytes expected.`);
      return bytes;
    },
    async upload(path, { token, signature }, bytes, signal) {
      const headers = {
        'content-type': 'application/octet-stream',
        authorization: `Bearer ${base64url(token)}`,
        ...(signature && { [maskedHeader]: base64url(signature) }),
      };
      const body = bytes as Uint8Array<ArrayBuffer>;
      await reach(under(base, path), { method: 'PUT', headers, body, signal }, maxAnswerLength);
    },
  };
}

async function reach(url: URL, request: NativeRequest, limit: number): Promise<Uint8Array | undefined> {
  const answer = await nativeExchange(url, request, Math.max(limit, maxAnswerLength));
  const { status, bytes } = answer;
  if (status < 200 || status > 299) throw problemOf(answer, bytes);
  return bytes && bytes.length > limit ? undefined : bytes;
}
