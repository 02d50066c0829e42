import * as z from 'zod';
import { tokensSchema } from '../access/tokens.ts';
import { driftSchema, feedbackSchema, reportSchema } from '../monitor/settings.ts';
import { requestLogSchema } from '../request-log/settings.ts';
import {
  type Batching,
  type InferenceLimits,
  type Memory,
  type Preload,
  standardBatching,
  standardLimits,
  standardMemory,
} from '../server/settings.ts';

const count = (most: number) => z.int().min(1).max(most);
const ms = (most: number) => z.int().min(0).max(most);

/** How models are served: of `murmuration inference`, and of a coordinator that serves its own. Times are in ms, sizes in bytes. */
export const inferenceSchema = z
  .strictObject({
    /** Tokens of those who may ask; without any, only programs on this machine predict, and nobody loads or unloads models. @default [] */
    tokens: tokensSchema,
    /** Rows of different requests that run together at most. @default 32 */
    maxBatch: count(4_096).default(standardBatching.maxBatch),
    /** ms that a request waits for others to run with; 0: together run those that came while the model was busy. @default 0 */
    maxDelay: ms(60_000).default(standardBatching.maxDelay),
    /** Bytes of all models in memory; those asked least make room. @default 2 ** 30 */
    memory: count(2 ** 50).default(standardMemory.budget),
    /** ms after which a model that nobody asks is unloaded; null: never. @default null */
    idle: ms(366 * 86_400_000)
      .nullable()
      .default(standardMemory.idle),
    /** Models to load at the start: their names, or `all`. @default [] */
    preload: z.union([z.literal('all'), z.array(z.string().min(1).max(128))]).default([]),
    /** Requests that wait or are under way at most. @default 1_024 */
    pending: count(1_000_000).default(standardLimits.pending),
    /** The same, of one model. @default 256 */
    pendingPerModel: count(1_000_000).default(standardLimits.pendingPerModel),
    /** ms within which a request is answered, its wait included. @default 30_000 */
    deadline: count(3_600_000).default(standardLimits.deadline),
    /**
     * Elements of all tensors of a request, a string as 32; and values of its JSON or CSV, a text as 4, a list or row as 8, an object as 32.
     * @default 64 * 2 ** 20
     */
    elements: count(2 ** 30).default(standardLimits.elements),
    /** Bytes of the body of a request, unpacked, and of an answer. @default 64 * 2 ** 20 */
    body: count(2 ** 30).default(standardLimits.body),
    /** Bytes of all bodies that are read or worked on at the same time; one token has half of them at most. @default 256 * 2 ** 20 */
    bodies: count(2 ** 34).default(standardLimits.bodies),
    /** The Open Inference Protocol over gRPC, on a port of its own; without it, over HTTP alone. */
    grpc: z
      .strictObject({
        /** Address to listen on; by default that of HTTP. One that other machines reach needs a token. */
        host: z.string().min(1).optional(),
        /** 0 takes any free port. */
        port: z.int().min(0).max(65_535),
        /** PEM files: with them the port speaks TLS alone. */
        tls: z
          .strictObject({
            /** File of the certificate, its chain behind it. */
            certificate: z.string().min(1),
            /** File of its key. */
            key: z.string().min(1),
            /** File of the certificates of those who sign clients' certificates: then only clients with such a one connect. */
            clients: z.string().min(1).optional(),
          })
          .optional(),
      })
      .optional(),
    /** What is written down of requests; null: nothing. @default null */
    log: requestLogSchema,
    /** How outcomes are joined to predictions; null: nothing is remembered of predictions, and no feedback is taken. @default {} */
    feedback: feedbackSchema,
    /** How what a version is asked is compared with its reference; null: it is not. It is part of what `feedback` starts. @default {} */
    drift: driftSchema,
    /** To which coordinator this server tells what it predicts, and what became of it; null: it knows that itself. @default null */
    report: reportSchema,
  })
  .prefault({});

export type InferenceSettings = z.output<typeof inferenceSchema>;

/** What the settings say to an inference server. */
export function serverSettings({
  maxBatch,
  maxDelay,
  memory,
  idle,
  preload,
  tokens: _tokens,
  grpc: _grpc,
  log: _log,
  feedback: _feedback,
  drift: _drift,
  report: _report,
  ...limits
}: InferenceSettings): {
  readonly batching: Batching;
  readonly memory: Memory;
  readonly preload: Preload;
  readonly limits: InferenceLimits;
} {
  return { batching: { maxBatch, maxDelay }, memory: { budget: memory, idle }, preload, limits };
}
