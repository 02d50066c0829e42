import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import type { Command } from 'commander';
import { loadInferenceConfig } from '../arguments/inference-config.ts';
import { modelSource } from '../arguments/model-source.ts';
import { databaseOfJobs, intoHelp, loadJobs } from '../arguments/precompute-jobs.ts';
import { loadTransformers, transformerOption } from '../arguments/transformers.ts';
import { brokerNotes } from '../output/broker-notes.ts';
import { note, say } from '../output/output.ts';
import { precomputeNotes } from '../output/precompute-notes.ts';

interface InferenceOptions {
  readonly from: string;
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
  readonly grpc?: string;
  readonly rabbitmq?: string;
  readonly queue?: string;
  readonly kafka?: string;
  readonly topic?: string;
  readonly transformer: readonly string[];
  readonly provider?: readonly string[];
  readonly precompute?: string;
  readonly into?: string;
  readonly log?: string;
}

/** Adds `murmuration inference`. */
export function inferenceCommand(program: Command): void {
  program
    .command('inference')
    .description(
      'serve models by the Open Inference Protocol, TensorFlow Serving’s REST and MLflow’s, without a coordinator in the process',
    )
    .requiredOption(
      '-f, --from <source>',
      'the URL of a coordinator (with the token in MURMURATION_READ_TOKEN, if it asks for one), or a folder of models',
    )
    .option('-c, --config <file>', 'configuration file (JSON) with host, port, inference, rabbitmq and kafka')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('-p, --port <number>', 'port to listen on; 0 takes any free one (default: 8900)')
    .option('--rabbitmq <url>', 'take requests from RabbitMQ, too (default: MURMURATION_RABBITMQ_URL)')
    .option('--queue <name>', 'the queue of RabbitMQ to take them from')
    .option('--kafka <brokers>', 'take requests from Kafka, too: host:port, several separated by commas')
    .option('--topic <name>', 'the topic of Kafka to take them from')
    .option(
      '--grpc <port>',
      'port for the Open Inference Protocol over gRPC; 0 takes any free one (default: none)',
    )
    .option(...transformerOption)
    .option(
      '--provider <name...>',
      'execution providers of ONNX Runtime for models in ONNX, the first that works first, for example: tensorrt cuda cpu (default: the processor)',
    )
    .option(
      '--precompute <file>',
      'jobs that compute answers ahead of time, in a module or JSON: run when they are due, and answered at /v1/precomputed',
    )
    .option('--into <database>', intoHelp)
    .option(
      '--log <folder>',
      'write down in this folder what is asked and answered, values only as far as the configuration allows',
    )
    .action(async (given: InferenceOptions) => {
      const { host, port, inference, ...brokers } = await loadInferenceConfig(given, process.env);
      const transformers = await loadTransformers(given.transformer);
      const jobs = given.precompute === undefined ? undefined : await loadJobs(given.precompute);
      const clock = steadyClock();
      // Loaded only here, so that no other command waits for the engine.
      const { serveModels } = await import('@murmuration/serving/assembly/serve-models');
      // A coordinator that predictions are reported to also says how experiments split the requests.
      const told = inference.report?.url === given.from ? inference.report?.token : undefined;
      const token = process.env.MURMURATION_READ_TOKEN ?? told;
      const source = await modelSource(given.from, clock, error => note(messageOf(error)), token);
      const served = await serveModels({
        source,
        settings: inference,
        host,
        port,
        ...((brokers.rabbitmq || brokers.kafka) && { brokers: { ...brokers, events: brokerNotes } }),
        transformers,
        onnx: { providers: given.provider },
        clock,
        ...(jobs && {
          precompute: { jobs, into: await databaseOfJobs(given.into), events: precomputeNotes },
        }),
        events: {
          loaded: ({ name, version }, ms, bytes, engine) =>
            note(`Loaded ${name}, version ${version}, in ${Math.round(ms)} ms: ${bytes} bytes, ${engine}.`),
          unloaded: ({ name, version }) => note(`Unloaded ${name}, version ${version}.`),
          failed: ({ name, version }, error) =>
            note(`${name}, version ${version}, does not load: ${messageOf(error)}`),
          fault: (where, error) => note(`${where}: ${messageOf(error)}`),
        },
      }).catch(async error => {
        await source.close();
        throw error;
      });
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => void served.close().then(() => process.exit(0)));
      const beside = served.grpc === null ? '' : ` and by gRPC on ${served.grpc}`;
      say(`Models of ${source.description} are served on ${served.url}${beside}`);
      await served.preloaded;
    });
}

function messageOf(error: unknown): string {
  if (error instanceof MurmurationError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}
