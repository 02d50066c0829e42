import type { Migration } from './migration.ts';

/** The models that an inference token is for; those that there are stay for all. */
export const inferenceTokenModels: Migration = {
  name: 'inference-token-models',
  async up({ schema }) {
    await schema.alterTable('inference_tokens').addColumn('models', 'text').execute();
  },
};
