import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ServedModel } from '../source/source.ts';

/** What an inference server tells those who count or log. */
export interface InferenceEvents {
  /** A request ended; without an error it was answered. `queueMs` is its wait; 0 where it never ran. */
  readonly answered?: (request: {
    readonly model: string;
    readonly version: string;
    readonly protocol: string;
    readonly error: MurmurationError | null;
    readonly ms: number;
    readonly queueMs: number;
  }) => void;
  /** So many rows ran together. */
  readonly executed?: (model: ServedModel, rows: number, ms: number) => void;
  readonly loaded?: (model: ServedModel, ms: number, bytes: number, engine: string) => void;
  readonly unloaded?: (model: ServedModel) => void;
  readonly failed?: (model: ServedModel, error: unknown) => void;
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
    fault: tell('fault'),
  };
}
