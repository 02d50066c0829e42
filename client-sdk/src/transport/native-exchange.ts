import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** A request, as `fetch` has it, and the most bytes that its answer may have. */
export interface NativeRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | Blob;
  readonly signal: AbortSignal;
}

/** An answer; its bytes are undefined where they are more than the limit. */
export interface NativeAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly bytes: Uint8Array | undefined;
}

/**
 * One request by XMLHttpRequest, which on React Native does what its `fetch` does not: hands bytes out as they are, stops at a limit, and
 * tells of redirects. Throws `server.unreachable` where no answer comes, or one of another address than that asked for, and the reason of
 * `signal` once that is aborted.
 */
export function nativeExchange(
  url: URL,
  { method, headers = {}, body, signal }: NativeRequest,
  limit: number,
): Promise<NativeAnswer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let isOver = false;
    const end = (settle: () => void) => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener('abort', stop);
      settle();
    };
    const stop = () => {
      end(() => reject(signal.reason));
      request.abort();
    };
    const answer = (bytes: Uint8Array | undefined) => ({
      status: request.status,
      headers: { get: (name: string) => request.getResponseHeader(name) },
      bytes,
    });
    const unreachable = () => end(() => reject(new MurmurationError('server.unreachable')));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    request.open(method, url.href);
    request.responseType = 'arraybuffer';
    // No cookies: a token is all that a device shows.
    request.withCredentials = false;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.onprogress = ({ loaded }) => {
      if (loaded <= limit) return;
      end(() => resolve(answer(undefined)));
      request.abort();
    };
    request.onload = () => {
      // It has been followed already; what comes from elsewhere is nobody's word.
      if (request.responseURL && request.responseURL !== url.href) return unreachable();
      const bytes = new Uint8Array((request.response as ArrayBuffer | null) ?? []);
      end(() => resolve(answer(bytes.length > limit ? undefined : bytes)));
    };
    request.onerror = unreachable;
    request.ontimeout = unreachable;
    request.onabort = unreachable;
    // A view is sent whole whatever it shows of its buffer.
    request.send(body instanceof Uint8Array ? new Uint8Array(body) : body);
  });
}
