import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Variant } from '../experiments/experiment.ts';
import type { ServedModel } from '../source/source.ts';
import type { Shadowed } from './mirror.ts';
import type { InferRequest, InferResponse } from './request.ts';

/**
 * How a request ended. `refused`: what its caller asked can't be answered, or there was no room. `left`: its caller ended it, by leaving or by a
 * timeout of its own. `failed`: its version or the server is to blame.
 */
export type End = 'answered' | 'refused' | 'left' | 'failed';

/** A request that ended. */
export interface Exchange {
  readonly model: string;
  /** The version that it meant; empty where that was not found out. */
  readonly version: string;
  readonly protocol: string;
  /** null: it was answered. */
  readonly error: MurmurationError | null;
  readonly end: End;
  /** From when it was read to its end. */
  readonly ms: number;
  /** Of that its wait; 0 where it never ran. */
  readonly queueMs: number;
  readonly request: InferRequest;
  /** null where there is an error. */
  readonly response: InferResponse | null;
  /** Its part in an experiment, where it had one. */
  readonly variant?: Variant | undefined;
}

/** What an inference server tells those who count or log. */
export interface InferenceEvents {
  /** A request ended. Whoever listens must not keep it waiting: the answer leaves afterwards. */
  readonly answered?: (exchange: Exchange) => void;
  /** A version answered for nobody what another one has answered. */
  readonly shadowed?: (shadowed: Shadowed) => void;
  /** A version of an experiment could not be had: the standard one answers in its place. */
  readonly unserved?: (variant: Variant) => void;
  /** There was no room to mirror a request. */
  readonly unmirrored?: (variant: Variant) => void;
  /** So many rows ran together. */
  readonly executed?: (model: ServedModel, rows: number, ms: number) => void;
  readonly loaded?: (model: ServedModel, ms: number, bytes: number, engine: string) => void;
  readonly unloaded?: (model: ServedModel) => void;
  readonly failed?: (model: ServedModel, error: unknown) => void;
  /** A sink of the request log has so many further events. */
  readonly logged?: (sink: string, events: number) => void;
  /** So many events never reached a sink: too many waited (`full`), or it did not take them (`failed`). */
  readonly unlogged?: (sink: string, events: number, reason: 'full' | 'failed') => void;
  /** What is ours to mend. */
  readonly fault?: (where: string, error: unknown) => void;
}

/** Tells each of `listeners`, one after the other. */
export function joinEvents(...listeners: readonly InferenceEvents[]): InferenceEvents {
  return {
    answered: told(listeners.map(each => each.answered?.bind(each))),
    shadowed: told(listeners.map(each => each.shadowed?.bind(each))),
    unserved: told(listeners.map(each => each.unserved?.bind(each))),
    unmirrored: told(listeners.map(each => each.unmirrored?.bind(each))),
    executed: told(listeners.map(each => each.executed?.bind(each))),
    loaded: told(listeners.map(each => each.loaded?.bind(each))),
    unloaded: told(listeners.map(each => each.unloaded?.bind(each))),
    failed: told(listeners.map(each => each.failed?.bind(each))),
    logged: told(listeners.map(each => each.logged?.bind(each))),
    unlogged: told(listeners.map(each => each.unlogged?.bind(each))),
    fault: told(listeners.map(each => each.fault?.bind(each))),
  };
}

/** One for all that there are; a single one is told itself, since that happens with every request. */
function told<What extends readonly unknown[]>(
  listeners: readonly (((...what: What) => void) | undefined)[],
): (...what: What) => void {
  const [first, ...others] = listeners.filter(each => each !== undefined);
  if (first && others.length === 0) return first;
  return (...what) => {
    for (const each of listeners) each?.(...what);
  };
}
