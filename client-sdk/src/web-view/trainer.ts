import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Inference, OpenModel } from '../hybrid/inference.ts';
import type { Trainer } from '../training/trainer.ts';
import type { WebViewHost } from './host.ts';
import { resultOf, valuesOf } from './messages.ts';

/** Returns only the fields that the page needs. */
const modelOf = ({ hash, topology, layout, weights }: ModelFiles): ModelFiles => ({
  hash,
  topology,
  layout,
  weights,
});

/** Trains in the page of a host. Masks stay in the app: no secret goes to a web view. */
export function hostTrainer(host: WebViewHost): Trainer {
  return {
    async train(model, settings, examples, signal, progress) {
      const asked = { do: 'train', model: modelOf(model), settings, examples } as const;
      const result = resultOf(await host.ask(asked, signal, progress));
      const { path } = result;
      return path ? { ...result, path: { ...path, reason: `${path.reason}; in a hidden web view` } } : result;
    },
    close: async () => host.rest(),
  };
}

/** Runs models in the page of a host. */
export function hostInference(host: WebViewHost): Inference {
  const open = new Set<OpenModel>();
  return {
    async open(model) {
      const opened = await host.open(modelOf(model));
      const ask = async (what: 'predict' | 'answer', input: unknown) =>
        valuesOf(await host.ask({ do: what, opened, input }));
      const use: OpenModel = {
        predict: input => ask('predict', input),
        answer: example => ask('answer', example),
        async close() {
          if (open.delete(use)) await host.close(opened);
        },
      };
      open.add(use);
      return use;
    },
    async close() {
      await Promise.all(Array.from(open, model => model.close()));
    },
  };
}
