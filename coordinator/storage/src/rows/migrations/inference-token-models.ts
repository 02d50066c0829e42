import type { Migration } from './migration.ts';

/** Adds the models of an inference token; existing tokens stay valid for all models. */
export const inferenceTokenModels: Migration = {
  name: 'inference-token-models',
  async up({ schema }) {
    await schema.alterTable('inference_tokens').addColumn('models', 'text').execute();
  },
};
