import { startBackend } from '@murmuration/engine/backend/backend';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import * as z from 'zod';
import { codeVersion } from './code-version.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
/** Counts up while its owner lives. */
const beat = z.int().min(0);

/** What the same training gives the same weights with. */
const means = z.strictObject({
  /** Of the sources, and of what they are made of. */
  code: hash,
  /** V8, whose functions such as `Math.exp` may change by a bit. */
  v8: z.string().max(100),
  /** The kernels that train. */
  engine: z.string().max(100),
});
export type Means = z.output<typeof means>;

/** What a run tells its workers. */
export const standingRun = z.strictObject({
  beat,
  means,
  scenario: z.strictObject({ name: z.string().max(200), file: hash }),
  /** All settings, as JSON. */
  settings: z.string().max(65_536),
  /** Digest of the data that the scenario makes of these settings. */
  data: hash,
});
export type StandingRun = z.output<typeof standingRun>;

/** What a worker tells the run that it works for. */
export const standingWorker = z.strictObject({
  beat,
  /** Its host and process. */
  name: z.string().max(300),
  threads: z.int().min(1).max(256),
  /** Why it does not work for this run; null where it does. */
  refused: z.string().max(2_000).nullable(),
});
export type StandingWorker = z.output<typeof standingWorker>;

/** What this process trains with. */
export async function ownMeans(): Promise<Means> {
  const { backend } = await startBackend();
  return { code: codeVersion(), v8: process.versions.v8, engine: backend };
}

/** Throws `config.invalid` where a worker would train otherwise than its run. */
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
