import { MurmurationError } from '@murmuration/protocol/errors/errors';

export interface NativeRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | Blob;
  readonly signal: AbortSignal;
}

/** Answer; its bytes are undefined if they exceed the limit. */
export interface NativeAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly bytes: Uint8Array | undefined;
}

/**
 * Makes a request with XMLHttpRequest, which on React Native does more than `fetch`: it returns bytes
 * unchanged, stops at a limit, and shows redirects. Throws `server.unreachable` if no answer comes, or one
 * from another address, and the reason of `signal` once it is aborted.
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
    // No cookies: devices identify themselves only by a token.
    request.withCredentials = false;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.onprogress = ({ loaded }) => {
      if (loaded <= limit) return;
      end(() => resolve(answer(undefined)));
      request.abort();
    };
    request.onload = () => {
      // A redirect was followed, and its answer can't be trusted.
      if (request.responseURL && request.responseURL !== url.href) return unreachable();
      const bytes = new Uint8Array((request.response as ArrayBuffer | null) ?? []);
      end(() => resolve(answer(bytes.length > limit ? undefined : bytes)));
    };
    request.onerror = unreachable;
    request.ontimeout = unreachable;
    request.onabort = unreachable;
    // Copied: React Native would send the view's whole buffer.
    request.send(body instanceof Uint8Array ? new Uint8Array(body) : body);
  });
}
