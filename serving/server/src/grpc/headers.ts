import { constants, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { statusOf } from './status.ts';
import { readNoMore } from './stream.ts';

/** Maximum bytes of a call's headers, the same as Node's for HTTP. */
const maxHeaderBytes = 16_384;
/** Bytes that each header counts in addition to its name and value (RFC 9113, §6.5.2). */
const headerOverheadBytes = 32;

type Handler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => void;
type Refused = (where: string, error: MurmurationError) => void;

/**
 * Refuses calls whose headers are too long or have too many values. The library parses them before any
 * interceptor runs, and a few dozen bytes from a client can stand for 64 KiB sent before (RFC 7541, §6.1).
 */
export function boundHeaders(grpc: Server, refused: Refused): void {
  for (const server of serversOf(grpc)) {
    const handlers = server.listeners('stream') as Handler[];
    server.removeAllListeners('stream');
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => {
      if (lengthOf(headers) > maxHeaderBytes) refuse(stream, headers, refused);
      else for (const handle of handlers) handle(stream, headers, ...rest);
    });
  }
}

/** Returns the bytes of headers; each value of a list that will be split counts as a header. */
function lengthOf(headers: IncomingHttpHeaders): number {
  let length = 0;
  for (const [name, value = ''] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(',') : value;
    length += name.length + text.length + headerOverheadBytes;
    if (name.endsWith('-bin'))
      for (let at = text.indexOf(','); at >= 0 && length <= maxHeaderBytes; at = text.indexOf(',', at + 1))
        length += headerOverheadBytes;
  }
  return length;
}

function refuse(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, refused: Refused): void {
  const error = new MurmurationError(
    'request.too-large',
    `The headers have more than ${maxHeaderBytes} bytes, with ${headerOverheadBytes} for each value.`,
  );
  refused(String(headers[':path']), error);
  const { code, details } = statusOf(error);
  stream.on('error', () => {});
  stream.respond(
    {
      [constants.HTTP2_HEADER_STATUS]: 200,
      'content-type': 'application/grpc+proto',
      'grpc-status': code,
      'grpc-message': encodeURI(details ?? ''),
    },
    { endStream: true },
  );
  readNoMore(stream);
}

/** Internal fields of the library's server: its options have no bound for headers that clients must obey. */
interface Inside {
  readonly http2Servers: ReadonlyMap<Http2Server, unknown>;
}

function serversOf(grpc: Server): Iterable<Http2Server> {
  return (grpc as unknown as Inside).http2Servers.keys();
}
