import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Turns } from '../server/turns.ts';

/** Request that a broker delivered. */
export interface BrokerRequest {
  /** Headers that are text or numbers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Number of this try, from 1. */
  readonly attempt: number;
  /** Id for the answer; it takes precedence over the id in the body. */
  readonly id: string | undefined;
}

/** Reply to the client. */
export interface BrokerReply {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Outcome of a request. */
export type BrokerOutcome =
  | { readonly kind: 'answered'; readonly reply: BrokerReply }
  /** Goes to the dead-letter queue with its reason; `reply` tells the client. */
  | { readonly kind: 'failed'; readonly error: MurmurationError; readonly reply: BrokerReply }
  /** Retried in `delay` ms. */
  | { readonly kind: 'again'; readonly error: MurmurationError; readonly delay: number }
  /** This server is stopping: the broker gives the request to another one. */
  | { readonly kind: 'returned' };

/** Answers a request; never throws. */
export type Handle = (request: BrokerRequest) => Promise<BrokerOutcome>;

export type BrokerProtocol = 'rabbitmq' | 'kafka';

/** Events of brokers, for metrics and logs. */
export interface BrokerEvents {
  /** Called when requests are taken from now on. */
  readonly connected?: (protocol: BrokerProtocol) => void;
  /** Called when no requests are taken until the next try, in `wait` ms. */
  readonly lost?: (protocol: BrokerProtocol, reason: string, wait: number) => void;
  /** Called once the broker has durably stored a request's outcome. `code` is that of an error, or `ok`. */
  readonly handled?: (
    protocol: BrokerProtocol,
    outcome: 'answered' | 'failed' | 'retried' | 'repeated',
    code: string,
  ) => void;
  /** Called with the number of requests that wait at the broker. */
  readonly lag?: (protocol: BrokerProtocol, requests: number) => void;
}

export interface BrokerPorts {
  readonly handle: Handle;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly turns: Turns;
  readonly events: BrokerEvents;
  /** Called for faults of this server. */
  readonly fault: (where: string, error: unknown) => void;
}
