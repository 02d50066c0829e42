import { constants, type ServerHttp2Stream } from 'node:http2';
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Access } from '../access/access.ts';
import { isForeign } from '../access/foreign.ts';
import { anybody, type Holder } from '../access/holder.ts';
import { type BodyShare, tooMany } from '../server/body-budget.ts';
import { codedOf } from '../server/coded.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import { type Stall, Stalls } from '../server/stalls.ts';
import { ruleOf } from './rules.ts';
import { statusOf } from './status.ts';
import { readNoMore } from './stream.ts';
import { boundUnpacking, framing } from './unpacking.ts';

export interface CallPorts {
  readonly server: InferenceServer;
  readonly access: Access;
  /** True if the port accepts connections only from this machine. */
  readonly isLocal: boolean;
  readonly clock: Clock;
  /** Called for each refused call. */
  readonly refused: (where: string, error: MurmurationError) => void;
}

/** Maximum ms until the answer of a call is read. */
const readTimeoutMs = 60_000;
/**
 * Maximum calls of all connections: `least`, or `perPending` for each request that may wait, if that is more.
 */
const mostCalls = { least: 1_024, perPending: 16 };
/** Maximum share of calls without a token, so that calls with one find room. */
const openShare = 1 / 4;
/** Maximum messages of a streaming call, such as reflection: each is answered, read or not. */
const maxStreamedMessages = 256;

/**
 * Calls of a port, from their headers until their streams are closed. Admits them before a byte of their
 * messages is read, bounds those bytes, and ends calls that neither send nor read.
 */
export class Calls {
  readonly #ports: CallPorts;
  readonly #stalls: Stalls;
  /** Unary calls that are not over. */
  readonly #open = new Set<ServerHttp2Stream>();
  #settled: (() => void)[] = [];
  /** Number of calls whose streams are not closed. */
  #underWay = 0;
  /** Number of those that need no token. */
  #openUnderWay = 0;
  readonly #most: number;
  /** Holder by the metadata of a call, which its handler gets as the same object. */
  readonly #holders = new WeakMap<Metadata, Holder>();

  constructor(ports: CallPorts) {
    this.#ports = ports;
    this.#stalls = new Stalls(ports.clock, readTimeoutMs);
    this.#most = Math.max(mostCalls.least, mostCalls.perPending * ports.server.limits.pending);
  }

  /** Interceptor for all services. */
  readonly interceptor: ServerInterceptor = ({ path, requestStream, responseStream }, call) => {
    const { server, access, isLocal, refused } = this.#ports;
    const { stream, incomingEncoding } = insideOf(call);
    const { right, most } = ruleOf(path, server.limits);
    const hasOneAnswer = !requestStream && !responseStream;
    let share: BodyShare | undefined;
    let stall: Stall | undefined;
    let messages = 0;
    let came = 0;
    let arrive = () => {};
    let arrived = () => {};
    const over = () => {
      arrived();
      share?.arrived();
      if (stall) this.#stalls.over(stall);
    };
    const awaitReader = () => {
      over();
      if (!stream.destroyed) stall = this.#stalls.begin(() => stream.close(constants.NGHTTP2_CANCEL));
    };
    const refuse = (error: MurmurationError) => {
      refused(path, error);
      // Pending answers would follow the status and fail; clients read this reset as RESOURCE_EXHAUSTED.
      if (!hasOneAnswer && messages > 0) {
        stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
        return;
      }
      call.sendStatus(statusOf(error));
      readNoMore(stream);
    };
    const begin = (metadata: Metadata) => {
      const credentials = { ...credentialsOf(call, metadata), isLocal };
      const holder = right === undefined ? anybody : access.admit(credentials, right);
      this.#holders.set(metadata, holder);
      const isOpen = right === undefined;
      if (this.#underWay >= this.#most || (isOpen && this.#openUnderWay >= openShare * this.#most))
        throw tooMany(`calls of gRPC that are under way are ${this.#underWay}`);
      const own = server.bodies.share(holder.id);
      share = own;
      const end = (error: MurmurationError) => {
        over();
        refuse(error);
      };
      if (incomingEncoding !== 'identity')
        boundUnpacking(call, { most, share: own, arrived: over, refuse: end });
      arrive = () => {
        own.arrives(end);
        arrived = server.arrivals.begin(() => came, end);
      };
      arrive();
      this.#count(stream, most, end, length => {
        came += length;
        own.take(length);
        return came;
      });
      if (hasOneAnswer) this.#open.add(stream);
      this.#underWay += 1;
      if (isOpen) this.#openUnderWay += 1;
      stream.once('close', () => {
        this.#underWay -= 1;
        if (isOpen) this.#openUnderWay -= 1;
        over();
        own.giveBack();
        this.#over(stream);
      });
    };
    return new ServerInterceptingCall(call, {
      start: next =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            try {
              begin(metadata);
            } catch (error) {
              refuse(codedOf(error));
              return;
            }
            pass(metadata);
          },
          onReceiveMessage: (message, pass) => {
            over();
            messages += 1;
            if (messages <= maxStreamedMessages) {
              // The handler of a call with one message also waits for its end.
              if (!requestStream) arrive();
              pass(message);
            } else if (!stream.closed)
              refuse(
                new MurmurationError(
                  'request.too-large',
                  `A call has ${maxStreamedMessages} messages at most; begin another one for more.`,
                ),
              );
          },
          onReceiveHalfClose: pass => {
            over();
            pass();
          },
        }),
      sendMessage: (message, pass) => {
        if (message instanceof Uint8Array) share?.add(message.length);
        if (hasOneAnswer) awaitReader();
        pass(message);
      },
      sendStatus: (status, pass) => {
        pass(status);
        awaitReader();
      },
    });
  };

  /**
   * Returns the holder that a call was let in as, by its metadata. Throws `inference.unauthenticated` if
   * there is none.
   */
  holderOf(metadata: Metadata): Holder {
    const holder = this.#holders.get(metadata);
    if (!holder) throw new MurmurationError('inference.unauthenticated');
    return holder;
  }

  /** Resolves when all unary calls are over. */
  async settled(): Promise<void> {
    if (this.#open.size > 0) await new Promise<void>(resolve => this.#settled.push(resolve));
  }

  close(): void {
    this.#stalls.close();
  }

  /** Counts the bytes that a call sends, against the bounds for one call and for all. */
  #count(
    stream: ServerHttp2Stream,
    most: number,
    refuse: (error: MurmurationError) => void,
    count: (length: number) => number,
  ): void {
    stream.on('data', ({ length }: Buffer) => {
      // It is already answered, for example because its deadline has passed.
      if (stream.closed) return;
      if (stream.writableEnded) {
        readNoMore(stream);
        return;
      }
      try {
        if (count(length) > most + framing)
          throw new MurmurationError('request.too-large', `The message has more than ${most} bytes.`);
      } catch (error) {
        refuse(codedOf(error));
      }
    });
  }

  #over(stream: ServerHttp2Stream): void {
    if (!this.#open.delete(stream) || this.#open.size > 0) return;
    for (const resolve of this.#settled.splice(0)) resolve();
  }
}

function credentialsOf(call: ServerInterceptingCallInterface, metadata: Metadata) {
  const header = (name: string) => metadata.get(name)[0]?.toString();
  return {
    authorization: header('authorization'),
    host: call.getHost(),
    isForeign: isForeign(metadata.getMap()),
  };
}

/** Internal fields of the library's call: the only way to see how much of a message has arrived. */
interface Inside {
  readonly stream: ServerHttp2Stream;
  readonly incomingEncoding: string;
}

function insideOf(call: ServerInterceptingCallInterface): Inside {
  return call as unknown as Inside;
}
