import { startBackend } from '@murmuration/engine/backend/backend';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import * as z from 'zod';
import { codeVersion } from './code-version.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
/** Counter that increases while its owner lives. */
const beat = z.int().min(0);

/** Environment on which the bits of a training's weights depend. */
const means = z.strictObject({
  /** Hash of the sources and their dependencies. */
  code: hash,
  /** Version of V8, whose functions such as `Math.exp` may change by a bit. */
  v8: z.string().max(100),
  /** Kernels that train. */
  engine: z.string().max(100),
});
export type Means = z.output<typeof means>;

/** Message of a run to its workers. */
export const standingRun = z.strictObject({
  beat,
  means,
  scenario: z.strictObject({ name: z.string().max(200), file: hash }),
  /** All settings, as JSON. */
  settings: z.string().max(65_536),
  /** Digest of the data that the scenario makes from these settings. */
  data: hash,
});
export type StandingRun = z.output<typeof standingRun>;

/** Message of a worker to its run. */
export const standingWorker = z.strictObject({
  beat,
  /** Host and process. */
  name: z.string().max(300),
  threads: z.int().min(1).max(256),
  /** Reason for not working for this run; null if it does. */
  refused: z.string().max(2_000).nullable(),
});
export type StandingWorker = z.output<typeof standingWorker>;

/** Returns the environment of this process. */
export async function ownMeans(): Promise<Means> {
  const { backend } = await startBackend();
  return { code: codeVersion(), v8: process.versions.v8, engine: backend };
}

/** Throws `config.invalid` if a worker would train differently from its run. */
export function requireSameMeans(run: Means, worker: Means): void {
  if (run.code !== worker.code)
    throw new MurmurationError(
      'config.invalid',
      `the run is of the code ${run.code.slice(0, 12)}, this worker of ${worker.code.slice(0, 12)}: check out the same version on both machines`,
    );
  if (run.v8 !== worker.v8)
    throw new MurmurationError(
      'config.invalid',
      `the run has V8 ${run.v8}, this worker ${worker.v8}, and their numbers may differ by a bit: use the same version of Node on both machines`,
    );
  if (run.engine !== worker.engine)
    throw new MurmurationError(
      'config.invalid',
      `the run trains on ${run.engine}, this worker on ${worker.engine}, and their numbers differ: use machines on which both have the same`,
    );
}
