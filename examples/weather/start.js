import { mkdirSync, writeFileSync } from 'node:fs';
import { describeModel, encodeModel, startBackend, tf } from '@murmuration/coordinator/engine';
import { folderModels, inferenceSchema, rabbitmqSchema, serveModels } from '@murmuration/coordinator/serving';
import { daysOf, places } from './data.js';

/** Weights that tell tomorrow from a day, and one more. */
function learned(days) {
  const weights = [0, 0, 0, 0];
  for (let step = 0; step < 20 * days.length; step++) {
    const { input, tomorrow } = days[step % days.length];
    const error = weights.reduce((sum, weight, at) => sum + weight * (input[at] ?? 1), -tomorrow);
    for (const at of weights.keys()) weights[at] -= 0.01 * error * (input[at] ?? 1);
  }
  return weights;
}

await startBackend();
const x = tf.input({ shape: [3], name: 'x' });
const tomorrow = tf.layers.dense({ units: 1, name: 'tomorrow' }).apply(x);
const model = tf.model({ inputs: x, outputs: tomorrow });
for (const place of places) {
  const weights = learned(daysOf(place, 730));
  model.setWeights([tf.tensor2d(weights.slice(0, 3), [3, 1]), tf.tensor1d(weights.slice(3))]);
  const { topology, layout, weights: values } = describeModel(model);
  const files = encodeModel(topology, layout, values);
  mkdirSync(`models/${place.name}/1`, { recursive: true });
  writeFileSync(`models/${place.name}/1/${files.weightsHash}.bin`, files.weights);
  writeFileSync(`models/${place.name}/1/model.json`, files.json);
}

const loads = new Map();
const number = name => ({ name, datatype: 'FP32', shape: [1] });
/** Adds to an answer how long the model took to load for it. */
const forecast = place => ({
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3] }],
  outputs: [number('tomorrow'), number('load_ms')],
  input: inputs => ({ inputs }),
  output([{ data }]) {
    const ms = Float32Array.of(loads.get(place) ?? 0);
    loads.delete(place);
    return Object.entries({ tomorrow: data, load_ms: ms }).map(([of, data]) => ({ ...number(of), data }));
  },
});
const url = process.env.MURMURATION_RABBITMQ_URL ?? 'amqp://guest:guest@localhost';
const help = 'Start RabbitMQ by: docker run -p 5672:5672 rabbitmq:4, or set MURMURATION_RABBITMQ_URL.';
await serveModels({
  source: await folderModels('models'),
  settings: inferenceSchema.parse({ memory: 100 * 66_048, idle: 30_000 }), // room for a hundred models
  port: Number(process.env.PORT ?? 8800),
  transformers: Object.fromEntries(places.map(({ name }) => [name, forecast(name)])),
  brokers: {
    rabbitmq: rabbitmqSchema.parse({ url, queue: 'forecasts' }),
    events: {
      connected: () => console.log(`${places.length} models wait for messages.`),
      lost(_, reason) {
        console.error(`No broker: ${reason}. ${help}`);
        process.exit(1);
      },
    },
  },
  events: {
    loaded: ({ name }, ms) => loads.set(name, ms),
    unloaded: ({ name }) => console.log(`Unloaded ${name}.`),
  },
});
