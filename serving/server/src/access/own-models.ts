import type { InferenceServer } from '../server/inference-server.ts';
import { type Holder, isFor, requireModel } from './holder.ts';

/** Operations on the models of a server. */
export type ServerModels = Pick<
  InferenceServer,
  | 'infer'
  | 'names'
  | 'metadata'
  | 'isModelReady'
  | 'index'
  | 'states'
  | 'load'
  | 'unload'
  | 'statistics'
  | 'residents'
>;

/**
 * Returns the models of a server that a token is for: any other is refused (`inference.forbidden`) and left
 * out of lists.
 */
export function modelsFor(server: InferenceServer, holder: Holder): ServerModels {
  if (holder.models === null) return server;
  /** Checks the name of a model before `ask` does anything with it. */
  const checked =
    <Rest extends readonly unknown[], Result>(ask: (name: string, ...rest: Rest) => Promise<Result>) =>
    async (name: string, ...rest: Rest): Promise<Result> => {
      requireModel(holder, name);
      return ask.call(server, name, ...rest);
    };
  return {
    async infer(request, signal) {
      requireModel(holder, request.model);
      return server.infer(request, signal);
    },
    metadata: checked(server.metadata),
    isModelReady: checked(server.isModelReady),
    states: checked(server.states),
    statistics: checked(server.statistics),
    load: checked(server.load),
    unload: checked(server.unload),
    names: async () => (await server.names()).filter(name => isFor(holder, name)),
    index: async () => (await server.index()).filter(({ name }) => isFor(holder, name)),
    get residents() {
      return server.residents.filter(({ model }) => isFor(holder, model.name));
    },
  };
}
