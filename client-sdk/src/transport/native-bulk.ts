import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { maskedHeader } from '@murmuration/protocol/messages/channel';
import { under } from './address.ts';
import { bearer, isAddressIn, maxAnswerLength, problemOf } from './bulk.ts';
import { fromElsewhere } from './elsewhere.ts';
import { fetchElsewhere } from './fetch-elsewhere.ts';
import { type NativeAnswer, type NativeRequest, nativeExchange } from './native-exchange.ts';
import type { Transport, TransportPlatform } from './transport.ts';

/** Returns the bulk part of a transport to the coordinator at `base`, for React Native. */
export function nativeBulk(
  base: URL,
  { readToken, ...platform }: Pick<TransportPlatform, 'clock' | 'mayFetch' | 'elsewhere' | 'readToken'>,
): Pick<Transport, 'download' | 'upload'> {
  const get = async (path: string, limit: number, signal: AbortSignal, accept?: string) => {
    const headers = { ...bearer(readToken), ...(accept && { accept }) };
    const answer = await reach(under(base, path), { method: 'GET', headers, signal }, limit);
    const isAddress = isAddressIn(answer, accept);
    const { bytes } = answer;
    if (bytes === undefined || bytes.length > (isAddress ? maxAnswerLength : limit))
      throw new MurmurationError('model.unusable', `${path} has more than the ${limit} bytes expected.`);
    return { bytes, isAddress };
  };
  return {
    // Not loaded on demand: Metro puts everything into one bundle.
    download: fromElsewhere(
      get,
      platform,
      () => (answer, wanted) => fetchElsewhere(answer, wanted, nativeExchange),
    ),
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

async function reach(url: URL, request: NativeRequest, limit: number): Promise<NativeAnswer> {
  const answer = await nativeExchange(url, request, Math.max(limit, maxAnswerLength));
  const { status, bytes } = answer;
  if (status < 200 || status > 299) throw problemOf(answer, bytes);
  return answer;
}
