import type { AddressInfo } from 'node:net';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { firstWordId, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import * as tf from '@murmuration/engine/tfjs/tf';
import Fastify from 'fastify';

/** What a team would write first: fastify, and tfjs in a route. */
export interface PlainServer {
  readonly url: string;
  /** What `/echo` answers. */
  answer: unknown;
  close(): Promise<void>;
}

/** `/echo` reads JSON and gives back what it was told to; `/suggest` gives the three likeliest words after `{"text": …}`. */
export async function plainServer(model: tf.LayersModel, vocabulary: Vocabulary): Promise<PlainServer> {
  const app = Fastify({ logger: false, bodyLimit: 64 << 20 });
  const serving = keyboardServing(vocabulary);
  app.post('/echo', async () => server.answer);
  app.post<{ Body: { text: string } }>('/suggest', ({ body: { text } }) => {
    const ids = serving.input(text);
    const top = tf.tidy(() => {
      const scores = model.apply(tf.tensor2d([[...ids]], undefined, 'int32')) as tf.Tensor3D;
      const last = scores.slice([0, ids.length - 1, firstWordId], [1, 1, -1]).flatten();
      const probabilities = tf.softmax(last as tf.Tensor1D);
      const { values, indices } = tf.topk(probabilities, 3);
      return { values: values.dataSync(), indices: indices.dataSync() };
    });
    return {
      words: Array.from(top.indices, id => vocabulary.word(firstWordId + id)),
      probabilities: Array.from(top.values),
    };
  });
  await app.listen({ port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const server: PlainServer = {
    url: `http://127.0.0.1:${port}`,
    answer: undefined,
    close: () => app.close(),
  };
  return server;
}
