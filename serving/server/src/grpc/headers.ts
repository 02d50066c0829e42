import { constants, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { statusOf } from './status.ts';
import { readNoMore } from './stream.ts';

/** Bytes of the headers of a call, as many as Node takes over HTTP. */
const mostBytes = 16_384;
/** What each counts for besides its name and its value (RFC 9113, §6.5.2). */
const overhead = 32;

type Handler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => void;
type Refused = (where: string, error: MurmurationError) => void;

/**
 * Refuses calls of a server whose headers are too long, or are too many values. The library takes them apart before any interceptor is asked,
 * and some tens of bytes of a client's can stand for 64 KiB that were sent before (RFC 7541, §6.1).
 */
export function boundHeaders(grpc: Server, refused: Refused): void {
  for (const server of serversOf(grpc)) {
    const handlers = server.listeners('stream') as Handler[];
    server.removeAllListeners('stream');
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => {
      if (lengthOf(headers) > mostBytes) refuse(stream, headers, refused);
      else for (const handle of handlers) handle(stream, headers, ...rest);
    });
  }
}

/** Bytes of headers, where each value of a list that will be taken apart counts as one of its own. */
function lengthOf(headers: IncomingHttpHeaders): number {
  let length = 0;
  for (const [name, value = ''] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(',') : value;
    length += name.length + text.length + overhead;
    if (name.endsWith('-bin'))
      for (let at = text.indexOf(','); at >= 0 && length <= mostBytes; at = text.indexOf(',', at + 1))
        length += overhead;
  }
  return length;
}

function refuse(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, refused: Refused): void {
  const error = new MurmurationError(
    'request.too-large',
    `The headers have more than ${mostBytes} bytes, with ${overhead} for each value.`,
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

/** What the library keeps to itself of a server, though its options have no bound for headers that a client can't pass by. */
interface Inside {
  readonly http2Servers: ReadonlyMap<Http2Server, unknown>;
}

function serversOf(grpc: Server): Iterable<Http2Server> {
  return (grpc as unknown as Inside).http2Servers.keys();
}
