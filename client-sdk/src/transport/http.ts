import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvent, DeviceEvent } from '@murmuration/protocol/messages/channel';
import {
  connectionHeader,
  connectionPath,
  connectionsPath,
  eventHeader,
  expectsHeader,
  keyHeader,
  longestPoll,
  messagesPath,
  newestHeader,
  numberHeader,
  requestPath,
} from '@murmuration/protocol/messages/polling';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { under } from './address.ts';
import type { BodyOf, readBody } from './bulk.ts';
import { HttpConnection } from './http-connection.ts';
import { insteadOfSockets } from './instead-of-sockets.ts';
import type { NativeAnswer, nativeExchange } from './native-exchange.ts';
import type { BoundedPlatform, ControlTransport, TransportListener } from './transport.ts';

/** Most ms of a request with all its tries; also the most delay of a poll's answer. */
const requestTimeoutMs = 20_000;
/** Milliseconds between tries to connect: doubled after each, up to `maxReconnectMs`. */
const firstReconnectMs = 1_000;
const maxReconnectMs = 60_000;
/** Milliseconds until the next try when the coordinator has closed the connection. */
const comeBack = 4_000;
/** Milliseconds between tries of one request or poll: doubled after each. */
const firstRetry = 250;
/** Failed polls in a row after which the connection is lost. */
const maxFailedPolls = 3;
/** Milliseconds that everything between a device and its coordinator waits for an answer. */
const shortWait = 5_000;
/**
 * Milliseconds after the last request for which an idle connection is kept:
 * less than the coordinator keeps it.
 */
const idleLimit = 5_000;
/** Bytes of the longest frame. */
const longestFrame = 1 << 20;

/**
 * Arguments that the page has already loaded, so that this module imports none
 * of it; a list, since names take room.
 */
export type Given = readonly [
  base: URL,
  platform: BoundedPlatform,
  bodyOf: BodyOf | undefined,
  sockets: ControlTransport,
  under: typeof under,
  readBody: typeof readBody,
  encodeFrame: (message: unknown) => Uint8Array,
  Failure: typeof MurmurationError,
  /** Makes a request without `fetch`. */
  exchange?: typeof nativeExchange,
];

/** Answer of the coordinator; a 404 says that the connection no longer exists. */
interface Answer extends NativeAnswer {
  readonly bytes: Uint8Array;
}

/**
 * Returns plain HTTP for control: connections that are opened, used for requests, polled, and
 * closed when nothing is expected. If sockets have failed, and are to be tried again at `retryAt`,
 * both are tried in turn until one connects.
 */
export function httpTransport(given: Given, retryAt?: number): ControlTransport {
  const http = new HttpTransport(given);
  const [, platform, , sockets] = given;
  return retryAt === undefined ? http : insteadOfSockets(http, sockets, platform, retryAt);
}

class HttpTransport implements ControlTransport {
  readonly #platform: BoundedPlatform;
  readonly #bodyOf: BodyOf;
  readonly #at: (path: string) => URL;
  readonly #exchange: typeof nativeExchange;
  readonly #encodeFrame: (message: unknown) => Uint8Array;
  readonly #unreachable: (detail?: string) => MurmurationError;
  readonly #flood: () => MurmurationError;
  #listener: TransportListener | undefined;
  #connection: HttpConnection | undefined;
  /** True while a try to connect runs. */
  #isOpening = false;
  /** True if a connection was let go, and none is held until the next request. */
  #isResting = false;
  /** Resolves to a connection on which the device has said hello again. */
  #waking: Promise<HttpConnection> | undefined;
  /** Aborts everything begun since the transport was opened. */
  #end = new AbortController();
  #cancelTimer: Cancel = () => {};
  #unwatch: Cancel | undefined;
  #pause = firstReconnectMs;
  #keys = 0;
  /** Seconds that a poll waits: fewer if something in between gives up sooner. */
  #wait = longestPoll;

  constructor([base, platform, bodyOf, , under, readBody, encodeFrame, Failure, exchange]: Given) {
    this.#platform = platform;
    this.#bodyOf = bodyOf ?? (bytes => bytes);
    this.#at = path => under(base, path);
    this.#exchange = exchange ?? byFetch(readBody);
    this.#encodeFrame = encodeFrame;
    this.#unreachable = detail => new Failure('server.unreachable', detail);
    this.#flood = () => new Failure('server.flood');
  }

  open(listener: TransportListener): void {
    this.close();
    this.#listener = listener;
    this.#end = new AbortController();
    this.#unwatch = this.#platform.online?.(() => {
      if (!this.#connection && !this.#isOpening && !this.#isResting) void this.#connect();
    });
    void this.#connect();
  }

  close(): void {
    this.#cancelTimer();
    this.#isResting = false;
    this.#waking = undefined;
    this.#unwatch?.();
    this.#listener = undefined;
    const connection = this.#drop();
    this.#end.abort(this.#unreachable());
    if (connection) this.#bye(connection);
  }

  async request(event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
    const isGreeting = event === 'hello' || event === 'enrol';
    for (let isFirst = true; ; isFirst = false) {
      const connection = (!isGreeting && (await this.#woken())) || this.#connection;
      if (!connection) throw this.#unreachable();
      const answer = await this.#ask(connection, event, frame);
      if (answer) return answer;
      // The coordinator no longer has the connection; if it was idle, a new one is as good.
      if (!isFirst || !this.#isResting) throw this.#unreachable();
    }
  }

  /** Returns a new connection after the hello, if the device had let one go; otherwise undefined. */
  #woken(): Promise<HttpConnection> | undefined {
    if (this.#isResting) {
      this.#isResting = false;
      const waking = this.#connect().then(async connection => {
        await connection.known;
        return connection;
      });
      this.#waking = waking;
      const over = () => {
        if (this.#waking === waking) this.#waking = undefined;
      };
      waking.then(over, over);
    }
    return this.#waking;
  }

  #connect(): Promise<HttpConnection> {
    this.#cancelTimer();
    this.#isOpening = true;
    this.#listener?.connecting?.();
    const opening = this.#open();
    // Its callers handle the error, too.
    opening.catch(() => {});
    return opening;
  }

  async #open(): Promise<HttpConnection> {
    const { signal } = this.#end;
    try {
      const { status, headers, bytes } = await this.#fetch('POST', connectionsPath);
      signal.throwIfAborted();
      const token = headers.get(connectionHeader);
      if (status !== 201 || !token) throw this.#unreachable(`The answer was HTTP ${status}.`);
      const connection = new HttpConnection(token, this.#unreachable());
      this.#connection = connection;
      this.#isOpening = false;
      this.#pause = firstReconnectMs;
      this.#take(connection, headers, bytes);
      // Without a welcome, the coordinator has another challenge, or ends the connection.
      this.#after(idleLimit, () => void this.#poll(connection));
      return connection;
    } catch (error) {
      signal.throwIfAborted();
      this.#isOpening = false;
      const retryAt = this.#connectAfter(this.#pause);
      this.#pause = Math.min(2 * this.#pause, maxReconnectMs);
      this.#listener?.failed?.(retryAt);
      throw error;
    }
  }

  /** Schedules the next try after about `ms`. Returns its time. */
  #connectAfter(ms: number): number {
    const { clock, random } = this.#platform;
    const wait = ms * (0.5 + random(1)[0]! / 256);
    this.#after(wait, () => void this.#connect());
    return clock.now() + wait;
  }

  #after(ms: number, work: () => void): void {
    const { clock } = this.#platform;
    this.#cancelTimer();
    this.#cancelTimer = clock.at(clock.now() + ms, work);
  }

  /** Drops and aborts the connection. */
  #drop(): HttpConnection | undefined {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.end.abort(this.#unreachable());
    return connection;
  }

  /** Handles a lost connection: schedules the next one. */
  #lost(connection: HttpConnection, reason: string, pause: number): void {
    if (this.#connection !== connection) return;
    this.#drop();
    this.#listener?.disconnected(reason, this.#connectAfter(pause));
  }

  /** Handles a connection with more input than any round needs: ends it, and schedules the next one. */
  #flooded(connection: HttpConnection): void {
    if (this.#connection !== connection) return;
    this.#drop();
    this.#bye(connection);
    const error = this.#flood();
    this.#listener?.disconnected(error.detail, this.#connectAfter(comeBack), error);
  }

  /** Tells the coordinator, which would also notice on its own, later. */
  #bye(connection: HttpConnection): void {
    void this.#fetch('DELETE', connectionPath, connection).catch(() => {});
  }

  /** Lets an idle connection go. */
  #rest(connection: HttpConnection): void {
    if (this.#connection !== connection) return;
    this.#drop();
    this.#isResting = true;
    this.#listener?.resting?.();
  }

  /** Requests until an answer comes, and returns its frame; undefined if the connection no longer exists. */
  async #ask(
    connection: HttpConnection,
    event: DeviceEvent,
    frame: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const { clock } = this.#platform;
    const until = clock.now() + requestTimeoutMs;
    this.#keys += 1;
    const key = String(this.#keys);
    connection.open += 1;
    try {
      for (let pause = firstRetry; ; pause *= 2) {
        try {
          const answer = await this.#fetch('POST', requestPath(event), connection, { key, frame });
          if (isGone(answer)) {
            if (connection.expects || !connection.isKnown) this.#closed(connection);
            else this.#rest(connection);
            return undefined;
          }
          this.#note(connection, answer.headers);
          if (event === 'hello' && answer.status === 200) connection.greeted();
          return this.#frameOf(answer);
        } catch (error) {
          connection.end.signal.throwIfAborted();
          if (clock.now() + pause >= until) throw error;
          await this.#sleep(pause, connection.end.signal);
        }
      }
    } finally {
      connection.open -= 1;
      this.#settle(connection);
    }
  }

  /**
   * Returns the answer's frame, or one of the refusal in its problem document.
   * Throws `server.unreachable` for others.
   */
  #frameOf({ status, headers, bytes }: Answer): Uint8Array {
    if (status === 200) return bytes;
    const { code, detail, retryable } = problemIn(bytes) ?? {};
    if (typeof code !== 'string') throw this.#unreachable(`The answer was HTTP ${status}.`);
    const seconds = headers.get('retry-after');
    const after = seconds && /^\d{1,7}$/.test(seconds) ? 1_000 * Number(seconds) : undefined;
    return this.#encodeFrame({ ok: false, code, detail, retryable, after });
  }

  /** Polls while messages may come. */
  async #poll(connection: HttpConnection): Promise<void> {
    if (connection.isPolling) return;
    connection.isPolling = true;
    const { signal } = connection.end;
    const { clock } = this.#platform;
    for (let failures = 0; connection.mayCome; ) {
      const begun = clock.now();
      try {
        const path = `${messagesPath}?after=${connection.read}&wait=${this.#wait}`;
        const answer = await this.#fetch('GET', path, connection);
        if (signal.aborted) return;
        if (isGone(answer)) return this.#closed(connection);
        if (answer.status > 204) throw this.#unreachable();
        failures = 0;
        const { read } = connection;
        this.#note(connection, answer.headers);
        if (answer.status === 200) this.#take(connection, answer.headers, answer.bytes);
        const left = begun + firstRetry - clock.now();
        // A server that answers at once without messages must not cause more requests.
        if (connection.read === read && connection.mayCome && left > 0)
          await this.#sleep(left, signal).catch(() => {});
      } catch {
        if (signal.aborted) return;
        failures += 1;
        if (failures === maxFailedPolls) return this.#lost(connection, 'no answer', firstReconnectMs);
        // Something in between may give up on long requests.
        if (clock.now() - begun > shortWait) this.#wait = Math.max(shortWait / 1_000, this.#wait >> 1);
        await this.#sleep(firstRetry << failures, signal).catch(() => {});
      }
    }
    connection.isPolling = false;
    this.#settle(connection);
  }

  /** Handles a connection that the coordinator has closed. */
  #closed(connection: HttpConnection): void {
    this.#lost(connection, 'the coordinator has closed the connection', comeBack);
  }

  /** Reads the headers of an answer: the newest message, and whether more may come. */
  #note(connection: HttpConnection, headers: Answer['headers']): void {
    connection.newest = Math.max(connection.newest, Number(headers.get(newestHeader)));
    connection.expects = headers.get(expectsHeader) === '1';
    connection.token = headers.get(connectionHeader) ?? connection.token;
  }

  /** Passes a message on, once. */
  #take(connection: HttpConnection, headers: Answer['headers'], bytes: Uint8Array): void {
    if (Number(headers.get(numberHeader)) !== connection.read + 1) return;
    connection.read += 1;
    this.#listener?.message(headers.get(eventHeader) as CoordinatorEvent, bytes);
  }

  /** Polls if messages may come; otherwise lets the connection go after a while. */
  #settle(connection: HttpConnection): void {
    if (this.#connection !== connection || connection.isPolling) return;
    const { isKnown, newest, read, expects, open } = connection;
    if (newest > read || expects) {
      this.#cancelTimer();
      void this.#poll(connection);
    } else if (isKnown && open === 0)
      this.#after(idleLimit, () => {
        if (connection.open === 0) this.#rest(connection);
      });
  }

  /** Throws `server.unreachable` if no answer comes in time, or if it is longer than a frame. */
  async #fetch(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    connection?: HttpConnection,
    request?: { readonly key: string; readonly frame: Uint8Array },
  ): Promise<Answer> {
    const { clock } = this.#platform;
    const end = new AbortController();
    const limit = requestTimeoutMs + (method === 'GET' ? 1_000 * this.#wait : 0);
    const cancel = clock.at(clock.now() + limit, () => end.abort());
    const stop = () => end.abort();
    const signal = method === 'DELETE' ? undefined : (connection?.end ?? this.#end).signal;
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const { status, headers, bytes } = await this.#exchange(
        this.#at(path),
        {
          method,
          headers: {
            ...(connection && { authorization: `Bearer ${connection.token}` }),
            ...(request && { [keyHeader]: request.key, 'content-type': 'application/octet-stream' }),
          },
          ...(request && { body: this.#bodyOf(request.frame as Uint8Array<ArrayBuffer>) }),
          signal: end.signal,
        },
        longestFrame,
      );
      const isTaken = this.#platform.inflow.take(bytes?.length ?? longestFrame);
      if (!isTaken && connection) this.#flooded(connection);
      if (!isTaken || !bytes) throw this.#unreachable();
      return { status, headers, bytes };
    } catch {
      throw this.#unreachable();
    } finally {
      cancel();
      signal?.removeEventListener('abort', stop);
    }
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#platform;
    return new Promise((resolve, reject) => {
      const stop = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = clock.at(clock.now() + ms, () => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}

const byFetch =
  (read: typeof readBody): typeof nativeExchange =>
  async (url, request, limit) => {
    const response = await fetch(url, {
      ...request,
      cache: 'no-store',
      credentials: 'omit',
      // A redirect could name any address: frames and tokens go only to the coordinator.
      redirect: 'error',
      // The page may be closing.
      keepalive: request.method === 'DELETE',
    });
    const { status, headers } = response;
    return { status, headers, bytes: await read(response, limit, request.signal) };
  };

/** Returns true if the coordinator has no such connection; a 404 of something in between lacks its code. */
function isGone({ status, bytes }: Answer): boolean {
  return status === 404 && problemIn(bytes)?.code === 'request.not-found';
}

/** Returns the coordinator's members of a problem document (RFC 9457). */
function problemIn(bytes: Uint8Array): { code?: unknown; detail?: unknown; retryable?: unknown } | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) ?? undefined;
  } catch {
    return undefined;
  }
}
