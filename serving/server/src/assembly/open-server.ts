import { systemTurns } from '../adapters/system-turns.ts';
import { type InferencePorts, InferenceServer } from '../server/inference-server.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { type InferenceSettings, inferenceSchema, serverSettings } from './settings.ts';

interface ServerOptions
  extends Pick<InferencePorts, 'source' | 'runtimes' | 'clock' | 'events' | 'mirrorRuntime' | 'converter'> {
  /** Transformers by model name. */
  readonly transformers?: Readonly<Record<string, Transformer>> | undefined;
  readonly settings?: InferenceSettings;
  readonly turns?: InferencePorts['turns'] | undefined;
}

/** Makes an inference server that only this process can ask, until it is given doors. */
export function openServer({ transformers = {}, turns, settings, ...ports }: ServerOptions): InferenceServer {
  const { preload: _, ...rest } = serverSettings(settings ?? inferenceSchema.parse({}));
  return new InferenceServer({
    ...rest,
    ...ports,
    transformers: name => (Object.hasOwn(transformers, name) ? transformers[name] : undefined),
    turns: turns ?? systemTurns,
  });
}
