import { Connection } from 'rabbitmq-client';
import { daysOf, places } from './data.js';

const connection = new Connection(process.env.MURMURATION_RABBITMQ_URL ?? 'amqp://guest:guest@localhost');
const client = connection.createRPCClient({ confirm: true, timeout: 30_000 });
for (const name of process.argv.slice(2)) {
  const place = places.find(each => each.name === name) ?? { name, latitude: 0 };
  const data = daysOf(place, 900).at(-1).input; // a day in June that the models have not seen
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 3], data }];
  const asked = { routingKey: 'forecasts', headers: { 'mlserver-model': name } };
  const { outputs, error } = (await client.send(asked, { inputs })).body;
  const [[tomorrow], [ms]] = outputs?.map(output => output.data) ?? [[], []];
  const cold = ms > 0 ? `, loaded for this in ${ms.toFixed(1)} ms` : '';
  console.log(error ?? `${name}: ${tomorrow.toFixed(1)} °C tomorrow${cold}`);
}
await client.close();
await connection.close();
