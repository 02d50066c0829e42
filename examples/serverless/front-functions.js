import { http } from '@google-cloud/functions-framework';
import { front } from './front.js';

/** Front on Google Cloud Functions, which has already read and unpacked the body. */
http('front', async (request, response) => {
  const { 'content-encoding': _, 'content-length': __, ...headers } = request.headers;
  const answer = await front.fetch(
    new Request(new URL(request.originalUrl, `https://${request.headers.host}`), {
      method: request.method,
      headers: Object.entries(headers).flatMap(([name, values]) =>
        [values].flat().map(value => [name, value]),
      ),
      ...(request.rawBody?.length > 0 && { body: request.rawBody }),
    }),
  );
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.status(answer.status).end(Buffer.from(await answer.arrayBuffer()));
});
