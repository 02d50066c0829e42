import awsLambdaFastify from '@fastify/aws-lambda';
import { models } from './models.js';

/** Models on AWS Lambda, behind a function URL or API Gateway. Tensors as bytes travel in base64. */
export const handler = awsLambdaFastify(models.app, {
  binaryMimeTypes: ['application/octet-stream'],
  enforceBase64: ({ headers }) => headers['content-encoding'] !== undefined,
});
