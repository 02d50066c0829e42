import type { FastifyInstance } from 'fastify';

/**
 * Answers a platform's request with the routes of an app. At most `limit + 1` bytes of its body are read, so
 * that a longer one is refused.
 */
export async function injected(
  app: Pick<FastifyInstance, 'inject'>,
  request: Request,
  limit: number,
): Promise<Response> {
  const { pathname, search, host } = new URL(request.url);
  const { 'content-length': _, ...headers } = Object.fromEntries(request.headers);
  const payload = request.body && (await beginningOf(request.body, limit + 1));
  const {
    statusCode,
    headers: answered,
    rawPayload,
  } = await app.inject({
    method: request.method as 'GET',
    url: pathname + search,
    headers: { host, ...headers },
    ...(payload && { payload }),
  });
  const isEmpty = [204, 205, 304].includes(statusCode) || request.method === 'HEAD';
  return new Response(isEmpty ? null : new Uint8Array(rawPayload), {
    status: statusCode,
    headers: headersOf(answered),
  });
}

/** Returns the first `length` bytes of a stream, or all if it has fewer; the rest is not read. */
async function beginningOf(stream: ReadableStream<Uint8Array>, length: number): Promise<Buffer> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let read = 0;
  while (read < length) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    read += value.length;
  }
  if (read >= length) await reader.cancel();
  return Buffer.concat(chunks, Math.min(read, length));
}

/** Returns headers without those of the transport. */
function headersOf(answered: Readonly<Record<string, number | string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answered))
    if (value !== undefined && name !== 'connection' && name !== 'transfer-encoding')
      for (const each of Array.isArray(value) ? value : [value]) headers.append(name, String(each));
  return headers;
}
