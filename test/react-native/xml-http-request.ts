import { afterAll, beforeAll, vi } from 'vitest';

/** `XMLHttpRequest` as React Native has it: follows redirects by itself, whatever anybody wishes, and hands bytes out as they came. */
class NativeXmlHttpRequest {
  responseType = '';
  withCredentials = true;
  status = 0;
  response: ArrayBuffer | null = null;
  responseURL = '';
  onprogress: ((event: { loaded: number }) => void) | null = null;
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  ontimeout: (() => void) | null = null;
  #method = '';
  #url = '';
  #received: Headers | undefined;
  readonly #headers: Record<string, string> = {};
  readonly #end = new AbortController();

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }

  getResponseHeader(name: string): string | null {
    return this.#received?.get(name) ?? null;
  }

  abort(): void {
    this.#end.abort();
  }

  send(body?: ArrayBuffer | ArrayBufferView | null): void {
    // Its bridge sends a view's whole buffer.
    const whole = ArrayBuffer.isView(body) ? body.buffer : body;
    void this.#exchange(whole as ArrayBuffer | undefined).catch(() => {
      if (this.#end.signal.aborted) this.onabort?.();
      else this.onerror?.();
    });
  }

  async #exchange(body: ArrayBuffer | undefined): Promise<void> {
    const answer = await fetch(this.#url, {
      method: this.#method,
      headers: this.#headers,
      ...(body && { body }),
      redirect: 'follow',
      signal: this.#end.signal,
    });
    this.#received = answer.headers;
    this.status = answer.status;
    this.responseURL = answer.url;
    const parts: Uint8Array[] = [];
    for await (const part of answer.body ?? []) {
      parts.push(part as Uint8Array);
      this.onprogress?.({ loaded: parts.reduce((sum, { length }) => sum + length, 0) });
      this.#end.signal.throwIfAborted();
    }
    const joined = Buffer.concat(parts);
    this.response = joined.buffer.slice(joined.byteOffset, joined.byteOffset + joined.length) as ArrayBuffer;
    this.onload?.();
  }
}

/** Gives the tests of a file React Native's `XMLHttpRequest`. */
export function installXmlHttpRequest(): void {
  beforeAll(() => {
    vi.stubGlobal('XMLHttpRequest', NativeXmlHttpRequest);
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });
}
