import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { seededUniform } from '@murmuration/engine/training/seeded';
import { RabbitmqServer } from '../e2e/rabbitmq-server.ts';
import type { PackedExample, Promises } from './packed-example.ts';

interface Day {
  /** Inputs of the model; the first is the temperature in tens of °C. */
  readonly input: readonly number[];
  readonly tomorrow: number;
}
interface Data {
  readonly places: readonly { readonly name: string }[];
  daysOf(place: { readonly name: string }, count: number): readonly Day[];
}

const questions = 600;

/** Asks for places as people do, a few of them often, over a RabbitMQ of the test. */
export async function weather(example: PackedExample): Promise<Promises> {
  const { places, daysOf }: Data = await import(pathToFileURL(join(example.folder, 'data.js')).href);
  const nobody = { MURMURATION_RABBITMQ_URL: 'amqp://guest:guest@127.0.0.1:1' };
  const lonely = example.start('start.js', [], nobody);
  const codeWithoutBroker = await lonely.code();
  const broker = await RabbitmqServer.start();
  try {
    const env = { MURMURATION_RABBITMQ_URL: broker.url };
    const program = example.start('start.js', [], env);
    await program.until(/(\d+) models wait/);
    const ask = async (names: readonly string[]) => {
      const asking = example.start('ask.js', names, env);
      if ((await asking.code()) !== 0) throw new Error(asking.printed);
      return asking.printed.trim().split('\n');
    };
    const names = byZipf(places.map(({ name }) => name));
    const answers = await ask(names);
    const loads = answers.flatMap(line => {
      const ms = /loaded for this in ([\d.]+) ms/.exec(line)?.[1];
      return ms === undefined ? [] : [Number(ms)];
    });
    const errors = answers.map((line, at) => {
      const place = places.find(({ name }) => name === names[at])!;
      const { input, tomorrow } = daysOf(place, 900).at(-1)!;
      const told = Number(/: (-?[\d.]+) °C/.exec(line)?.[1]);
      return { model: Math.abs(told - tomorrow), today: Math.abs(10 * input[0]! - tomorrow) };
    });
    const [unknown] = await ask(['atlantis']);
    await program.until(new RegExp(`Unloaded ${names.at(-1)}\\.`));
    return {
      models: places.length,
      questions: answers.length,
      hitRate: 1 - loads.length / answers.length,
      coldLoadMs: median(loads),
      errorOfModels: mean(errors.map(({ model }) => model)),
      errorOfToday: mean(errors.map(({ today }) => today)),
      unknownIsNamed: /"atlantis" is not found/.test(unknown!),
      idleOnesAreUnloaded: true,
      codeWithoutBroker: codeWithoutBroker ?? -1,
      saysHowToStart: /Start RabbitMQ by: docker run .*MURMURATION_RABBITMQ_URL/.test(lonely.printed),
      kafkaByOneLine: await takesKafka(example),
    };
  } finally {
    await broker.remove();
  }
}

/** True if the example kept what its row of the table promises. */
export function weatherHolds(promises: Promises): boolean {
  const { hitRate, coldLoadMs, errorOfModels, errorOfToday, codeWithoutBroker, ...facts } = promises;
  return (
    (facts.models as number) > 200 &&
    facts.questions === questions &&
    // By Zipf's law, a hundred of the places are asked for in four of five questions; the first of each is cold.
    (hitRate as number) > 0.6 &&
    (hitRate as number) < 1 &&
    (coldLoadMs as number) > 0 &&
    errorOfModels! < errorOfToday! &&
    codeWithoutBroker === 1 &&
    facts.unknownIsNamed === true &&
    facts.idleOnesAreUnloaded === true &&
    facts.saysHowToStart === true &&
    facts.kafkaByOneLine === true
  );
}

/** True if the line of the README is all that Kafka takes: the program then looks for its brokers. */
async function takesKafka(example: PackedExample): Promise<boolean> {
  const line = /^kafka: .*$/m.exec(example.read('README.md'))![0].replace('localhost:9092', '127.0.0.1:1');
  const text = example
    .read('start.js')
    .replace('inferenceSchema, rabbitmqSchema', 'inferenceSchema, kafkaSchema')
    .replace(/rabbitmq: rabbitmqSchema.*/, line);
  writeFileSync(join(example.folder, 'start-kafka.js'), text);
  const program = example.start('start-kafka.js');
  await program.until(/No broker: (?!.*rabbitmqSchema)/);
  return (await program.code()) === 1;
}

function byZipf(names: readonly string[]): readonly string[] {
  const uniform = seededUniform(1);
  const weights = names.map((_, rank) => 1 / (rank + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: questions }, () => {
    let left = uniform() * total;
    return names[
      weights.findIndex(weight => {
        left -= weight;
        return left < 0;
      })
    ]!;
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
