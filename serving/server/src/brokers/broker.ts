import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Turns } from '../server/turns.ts';

/** A request as a broker brought it. */
export interface BrokerRequest {
  /** Those that are texts or numbers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** What the answer is to be told by; it wins over the id in the body. */
  readonly id: string | undefined;
}

/** What goes back to whoever asked. */
export interface BrokerReply {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** What has to become of a request. */
export type Outcome =
  | { readonly kind: 'answered'; readonly reply: BrokerReply }
  /** It goes to the dead letters with its reason; `reply` says so to whoever waits. */
  | { readonly kind: 'failed'; readonly error: MurmurationError; readonly reply: BrokerReply }
  /** It is tried again in `delay` ms. */
  | { readonly kind: 'again'; readonly error: MurmurationError; readonly delay: number }
  /** This server stops: the broker gives it to another one. */
  | { readonly kind: 'returned' };

/** Answers a request; never throws. */
export type Handle = (request: BrokerRequest) => Promise<Outcome>;

export type BrokerProtocol = 'rabbitmq' | 'kafka';

/** What brokers tell those who count or log. */
export interface BrokerEvents {
  /** Requests are taken from now on. */
  readonly connected?: (protocol: BrokerProtocol) => void;
  /** No requests are taken until the next try, in `wait` ms. */
  readonly lost?: (protocol: BrokerProtocol, reason: string, wait: number) => void;
  /** So it went with a request, once the broker has it in writing. `code` is that of an error, or `ok`. */
  readonly handled?: (
    protocol: BrokerProtocol,
    outcome: 'answered' | 'failed' | 'retried' | 'repeated',
    code: string,
  ) => void;
  /** Requests that wait at the broker. */
  readonly lag?: (protocol: BrokerProtocol, requests: number) => void;
}

/** Tells both, one after the other. */
export function joinBrokerEvents(one: BrokerEvents, other: BrokerEvents): BrokerEvents {
  return {
    connected(...what) {
      one.connected?.(...what);
      other.connected?.(...what);
    },
    lost(...what) {
      one.lost?.(...what);
      other.lost?.(...what);
    },
    handled(...what) {
      one.handled?.(...what);
      other.handled?.(...what);
    },
    lag(...what) {
      one.lag?.(...what);
      other.lag?.(...what);
    },
  };
}

export interface BrokerPorts {
  readonly handle: Handle;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly turns: Turns;
  readonly events: BrokerEvents;
  /** Hears of what is ours to mend. */
  readonly fault: (where: string, error: unknown) => void;
}

/** A consumer of a broker's requests: it connects, and stays connected until it is closed. */
export interface Broker {
  readonly protocol: BrokerProtocol;
  /** Why no requests are taken now; undefined where they are. */
  readonly trouble: string | undefined;
  /** Takes no more, answers what is under way, and leaves the broker. */
  close(): Promise<void>;
}
