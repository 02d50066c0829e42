import type { Clock } from '@murmuration/protocol/time/clock';
import { systemTurns } from '../adapters/system-turns.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { InferenceServer } from '../server/inference-server.ts';
import type { ModelSource } from '../source/source.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { type InferenceSettings, inferenceSchema, serverSettings } from './settings.ts';

interface ServerOptions {
  /** Closed with the server. */
  readonly source: ModelSource;
  readonly runtimes: readonly Runtime[];
  /** By the name of the model. */
  readonly transformers: Readonly<Record<string, Transformer>>;
  readonly clock: Clock;
  readonly settings?: InferenceSettings;
}

/** An inference server that only this process asks. */
export function openServer({
  source,
  runtimes,
  transformers,
  clock,
  settings = inferenceSchema.parse({}),
}: ServerOptions): InferenceServer {
  const { preload: _, ...rest } = serverSettings(settings);
  return new InferenceServer({
    ...rest,
    source,
    runtimes,
    transformers: name => (Object.hasOwn(transformers, name) ? transformers[name] : undefined),
    clock,
    turns: systemTurns,
  });
}
