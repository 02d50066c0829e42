import * as z from 'zod';
import { tokensSchema } from '../access/tokens.ts';
import { driftSchema, feedbackSchema, reportSchema } from '../monitor/settings.ts';
import { requestLogSchema } from '../request-log/settings.ts';
import {
  type Batching,
  derivedLimits,
  type InferenceLimits,
  type Memory,
  type Preload,
} from '../server/settings.ts';

const count = (most: number) => z.int().min(1).max(most);
const ms = (most: number) => z.int().min(0).max(most);

/**
 * Settings of serving, for `murmuration inference` and for a coordinator that serves its own models. Times
 * are in ms, sizes in bytes.
 */
export const inferenceSchema = z
  .strictObject({
    /**
     * Inference tokens. Without any, only programs on this machine predict, and no models are loaded or
     * unloaded on request.
     * @default []
     */
    tokens: tokensSchema,
    /** Maximum rows of different requests that run together. @default 32 */
    maxBatch: count(4_096).default(32),
    /** Bytes of all models in memory; the least requested ones make room. @default 2 ** 30 */
    memory: count(2 ** 50).default(2 ** 30),
    /** Milliseconds without requests after which a model is unloaded; null: never. @default null */
    idle: ms(366 * 86_400_000)
      .nullable()
      .default(null),
    /** Models to load at the start: their names, or `all`. @default [] */
    preload: z.union([z.literal('all'), z.array(z.string().min(1).max(128))]).default([]),
    /**
     * Maximum number of requests that wait or are under way; of one model, a quarter, or 256 if that is more.
     * @default 1_024
     */
    pending: count(1_000_000).default(1_024),
    /** Milliseconds within which a request is answered, its wait included. @default 30_000 */
    deadline: count(3_600_000).default(30_000),
    /**
     * Maximum bytes of a request's unpacked body, and of an answer. All bodies that are read or processed at
     * once have four times as many, or 256 MiB if that is more; one token gets half of them.
     * @default 64 * 2 ** 20
     */
    body: count(2 ** 30).default(64 * 2 ** 20),
    /** Port for the Open Inference Protocol over gRPC; without it, only HTTP is served. */
    grpc: z
      .strictObject({
        /**
         * Address to listen on; by default that of HTTP. An address that other machines reach needs a token.
         */
        host: z.string().min(1).optional(),
        /** Port; 0 takes any free port. */
        port: z.int().min(0).max(65_535),
        /** PEM files; with them the port accepts only TLS. */
        tls: z
          .strictObject({
            /** File of the certificate, followed by its chain. */
            certificate: z.string().min(1),
            /** File of the certificate's key. */
            key: z.string().min(1),
            /**
             * File of the CA certificates for clients; with it, only clients with a certificate from one of
             * them connect.
             */
            clients: z.string().min(1).optional(),
          })
          .optional(),
      })
      .optional(),
    /** Request log; null: requests are not logged. @default null */
    log: requestLogSchema,
    /**
     * Joining of outcomes to predictions; null: predictions are not remembered, and feedback is refused.
     * @default {}
     */
    feedback: feedbackSchema,
    /** Comparison of a version's inputs with its reference; null: off. It needs `feedback`. @default {} */
    drift: driftSchema,
    /**
     * Coordinator that this server reports predictions and outcomes to; null: this server keeps them itself.
     * @default null
     */
    report: reportSchema,
  })
  .transform(settings => ({ ...settings, ...derivedLimits(settings) }))
  .prefault({});

export type InferenceSettings = z.output<typeof inferenceSchema>;

/** Splits the settings into the options of an inference server. */
export function serverSettings({
  maxBatch,
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
  return { batching: { maxBatch }, memory: { budget: memory, idle }, preload, limits };
}
