import awsLambdaFastify from '@fastify/aws-lambda';
import { front } from './front.js';

/** Front on AWS Lambda, behind a function URL or API Gateway. Frames travel in base64. */
export const handler = awsLambdaFastify(front.app, { binaryMimeTypes: ['application/octet-stream'] });
