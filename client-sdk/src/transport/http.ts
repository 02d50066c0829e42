import { base64url } from '@murmuration/protocol/bytes';
import { isErrorCode, MurmurationError } from '@murmuration/protocol/errors';
import type { Transport } from './transport.ts';

/** The HTTP half of a transport, over the platform's `fetch`. */
export function httpTransport(url: string): Pick<Transport, 'download' | 'upload'> {
  return {
    async download(path, limit, signal) {
      const response = await reach(new URL(path, url), { signal });
      const length = Number(response.headers.get('content-length') ?? 0);
      if (length > limit)
        throw new MurmurationError(
          'model.unusable',
          `${path} has ${length} bytes; at most ${limit} are expected.`,
        );
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (bytes.length > limit)
        throw new MurmurationError('model.unusable', `${path} has more than ${limit} bytes.`);
      return bytes;
    },
    async upload(path, token, bytes, signal) {
      const response = await reach(new URL(path, url), {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${base64url(token)}` },
        body: bytes as Uint8Array<ArrayBuffer>,
        signal,
      });
      await response.arrayBuffer();
    },
  };
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw new MurmurationError('server.unreachable', undefined, { cause });
  }
  if (response.ok) return response;
  throw await problemOf(response);
}

/** The error that a problem document names; any other answer counts as that of something between us and the coordinator. */
async function problemOf(response: Response): Promise<MurmurationError> {
  const body = (await response.json().catch(() => undefined)) as
    | { code?: unknown; detail?: unknown }
    | undefined;
  if (isErrorCode(body?.code))
    return new MurmurationError(body.code, typeof body.detail === 'string' ? body.detail : undefined);
  return new MurmurationError(
    'server.unreachable',
    `The answer was HTTP ${response.status}, without a problem document of ours.`,
  );
}
