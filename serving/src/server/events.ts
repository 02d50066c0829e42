import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ServedModel } from '../source/source.ts';
import type { InferRequest, InferResponse } from './request.ts';

/** A request that ended. */
export interface Exchange {
  readonly model: string;
  /** The version that it meant; empty where that was not found out. */
  readonly version: string;
  readonly protocol: string;
  /** null: it was answered. */
  readonly error: MurmurationError | null;
  /** From when it was read to its end. */
  readonly ms: number;
  /** Of that its wait; 0 where it never ran. */
  readonly queueMs: number;
  readonly request: InferRequest;
  /** null where there is an error. */
  readonly response: InferResponse | null;
}

/** What an inference server tells those who count or log. */
export interface InferenceEvents {
  /** A request ended. Whoever listens must not keep it waiting: the answer leaves afterwards. */
  readonly answered?: (exchange: Exchange) => void;
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
  const tell =
    <Name extends keyof InferenceEvents>(name: Name) =>
    (...what: Parameters<NonNullable<InferenceEvents[Name]>>) => {
      for (const each of listeners) (each[name] as ((...all: typeof what) => void) | undefined)?.(...what);
    };
  return {
    answered: tell('answered'),
    executed: tell('executed'),
    loaded: tell('loaded'),
    unloaded: tell('unloaded'),
    failed: tell('failed'),
    logged: tell('logged'),
    unlogged: tell('unlogged'),
    fault: tell('fault'),
  };
}
