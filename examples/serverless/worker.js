import { handleAsNodeRequest } from 'cloudflare:node';
import { env } from 'cloudflare:workers';
import { createServer } from 'node:http';
import { inferenceSchema, kernels, workerModels } from '@murmuration/coordinator/serving-workers';

/**
 * Models on Cloudflare Workers, from the folder `models` among its modules; INFERENCE is JSON with the tokens
 * of clients.
 */
const models = await workerModels({
  kernels,
  settings: inferenceSchema.parse({ preload: 'all', ...JSON.parse(env.INFERENCE ?? '{}') }),
});
createServer(models.listener).listen(8080);

export default { fetch: request => handleAsNodeRequest(8080, request) };
