import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';

/** Begins a call over gRPC, such as to `127.0.0.1:8901`, whose message may never end. */
export function beginCall(
  address: string,
  headers: Record<string, string>,
  bytes: Uint8Array,
): { readonly session: ClientHttp2Session; readonly stream: ClientHttp2Stream } {
  const session = connectHttp2(`http://${address}`);
  session.on('error', () => {});
  const stream = session.request({
    ':method': 'POST',
    ':path': '/inference.GRPCInferenceService/ModelInfer',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => {});
  stream.write(bytes);
  return { session, stream };
}

/** The beginning of a message over gRPC of so many bytes. */
export function prefix(length: number, isPacked = false): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(isPacked ? 1 : 0);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
