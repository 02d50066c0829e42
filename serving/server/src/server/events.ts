import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Variant } from '../experiments/experiment.ts';
import type { ServedModel } from '../source/source.ts';
import type { Shadowed } from './mirror.ts';
import type { InferRequest, InferResponse } from './request.ts';

/**
 * Kind of a request's end. `refused`: it can't be answered, or there was no room. `left`: its caller ended
 * it, by disconnecting or by its own timeout. `failed`: its version or the server is at fault.
 */
export type End = 'answered' | 'refused' | 'left' | 'failed';

/** Finished request. */
export interface Exchange {
  readonly model: string;
  /** Version that it asked; empty if it was not resolved. */
  readonly version: string;
  readonly protocol: string;
  /** Error; null if it was answered. */
  readonly error: MurmurationError | null;
  readonly end: End;
  /** Milliseconds from its reading to its end. */
  readonly ms: number;
  /** Milliseconds of waiting within `ms`; 0 if it never ran. */
  readonly queueMs: number;
  readonly request: InferRequest;
  /** Answer; null if there is an error. */
  readonly response: InferResponse | null;
  /** Variant of an experiment that it was part of. */
  readonly variant?: Variant | undefined;
}

/** Events of an inference server, for metrics and logs. */
export interface InferenceEvents {
  /** Called when a request has ended. Listeners must be quick: the answer is sent afterwards. */
  readonly answered?: (exchange: Exchange) => void;
  /** Called when a mirrored version has run on a request that another one answered. */
  readonly shadowed?: (shadowed: Shadowed) => void;
  /** Called when a version of an experiment can't be loaded: the standard one answers in its place. */
  readonly unserved?: (variant: Variant) => void;
  /** Called when there was no room to mirror a request. */
  readonly unmirrored?: (variant: Variant) => void;
  /** Called after an execution, with its number of rows. */
  readonly executed?: (model: ServedModel, rows: number, ms: number) => void;
  readonly loaded?: (model: ServedModel, ms: number, bytes: number, engine: string) => void;
  readonly unloaded?: (model: ServedModel) => void;
  readonly failed?: (model: ServedModel, error: unknown) => void;
  /** Called when a sink of the request log has written events. */
  readonly logged?: (sink: string, events: number) => void;
  /**
   * Called when events never reached a sink: too many waited (`full`), or it did not take them (`failed`).
   */
  readonly unlogged?: (sink: string, events: number, reason: 'full' | 'failed') => void;
  /** Called for faults of this server. */
  readonly fault?: (where: string, error: unknown) => void;
}

/** Joins listeners: each event of `names` calls all of them, one after the other. */
export function joinListeners<
  Listeners extends { readonly [Name in keyof Listeners]?: (...what: never[]) => void },
>(names: Readonly<Record<keyof Listeners, true>>, ...listeners: readonly Listeners[]): Listeners {
  const events = Object.keys(names) as (keyof Listeners)[];
  return Object.fromEntries(
    events.map(name => {
      const own = listeners.flatMap(each => each[name]?.bind(each) ?? []) as ((...what: never[]) => void)[];
      const [first, ...others] = own;
      // A single one is called directly, since some events come with every request.
      if (first && others.length === 0) return [name, first];
      const all = (...what: never[]) => {
        for (const each of own) each(...what);
      };
      return [name, all];
    }),
  ) as Listeners;
}

const names = {
  answered: true,
  shadowed: true,
  unserved: true,
  unmirrored: true,
  executed: true,
  loaded: true,
  unloaded: true,
  failed: true,
  logged: true,
  unlogged: true,
  fault: true,
} as const;

export function joinEvents(...listeners: readonly InferenceEvents[]): InferenceEvents {
  return joinListeners(names, ...listeners);
}
