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
  const check = (model: string) => requireModel(holder, model);
  return {
    async infer(request, signal) {
      check(request.model);
      return server.infer(request, signal);
    },
    async metadata(name, at) {
      check(name);
      return server.metadata(name, at);
    },
    async isModelReady(name, at) {
      check(name);
      return server.isModelReady(name, at);
    },
    async states(name, at) {
      check(name);
      return server.states(name, at);
    },
    async statistics(name, at) {
      check(name);
      return server.statistics(name, at);
    },
    async load(name) {
      check(name);
      return server.load(name);
    },
    async unload(name) {
      check(name);
      return server.unload(name);
    },
    names: async () => (await server.names()).filter(name => isFor(holder, name)),
    index: async () => (await server.index()).filter(({ name }) => isFor(holder, name)),
    get residents() {
      return server.residents.filter(({ model }) => isFor(holder, model.name));
    },
  };
}
