import {
  coordinatorModels,
  fetchModels,
  folderModels,
  inferenceSchema,
} from '@murmuration/coordinator/serving-fetch';

/** Models of a coordinator or of a folder; INFERENCE is JSON with the tokens of clients. */
const from = process.env.MODELS ?? './models';
const source = await (/^https?:/.test(from) ? coordinatorModels(from) : folderModels(from));

export const models = await fetchModels({
  source,
  settings: inferenceSchema.parse({ preload: 'all', ...JSON.parse(process.env.INFERENCE ?? '{}') }),
});
await models.preloaded;
