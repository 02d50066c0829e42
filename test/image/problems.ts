import { spawnSync } from 'node:child_process';

/** What the walk through the running image found. */
export interface Walk {
  readonly account: string;
  readonly healthCheck: number | null;
  readonly writable: readonly string[];
  readonly refusedSecond: boolean;
  readonly rounds: { readonly before: number; readonly kept: boolean };
  readonly predicted: unknown;
  readonly withoutToken: number;
  readonly exitCodes: { readonly coordinator: number | null; readonly inference: number | null };
}

/** What is wrong with an image, a sentence each; none where all is as it should be. `unlisted`: packages that its bill of materials lacks; `otherKernels`: files made of kernels that differ from the checkout's. */
export function problemsOf(
  walk: Walk,
  unlisted: readonly string[],
  otherKernels: readonly string[],
): readonly string[] {
  const { account, healthCheck, writable, refusedSecond, rounds, predicted, withoutToken, exitCodes } = walk;
  const problems: readonly (readonly [isWrong: boolean, sentence: string])[] = [
    [unlisted.length > 0, `The bill of materials lacks ${unlisted.join(', ')}.`],
    [otherKernels.length > 0, `Kernels are not those of the checkout: ${otherKernels.join(', ')}.`],
    [account !== '1000', `The image runs as the account ${account}, not 1000.`],
    [healthCheck !== 0, `The health check ended with ${healthCheck}, not 0.`],
    [writable.join() !== '/state,/tmp', `Can be written: ${writable.join(', ')}, not only /state and /tmp.`],
    [!refusedSecond, 'A second coordinator on the same storage was not refused.'],
    [rounds.before < 1, 'No round was published.'],
    [!rounds.kept, 'A published version was gone after a restart.'],
    [!Array.isArray(predicted), 'The inference server gave no prediction.'],
    [withoutToken !== 401, `A request without a token got ${withoutToken}, not 401.`],
    [exitCodes.coordinator !== 0, `The coordinator ended with ${exitCodes.coordinator}, not 0.`],
    [exitCodes.inference !== 0, `The inference server ended with ${exitCodes.inference}, not 0.`],
  ];
  return problems.filter(([isWrong]) => isWrong).map(([, sentence]) => sentence);
}

/** What this machine lacks to build and run an image, in a sentence; undefined where it has all. `ownBase`: makes a Debian first. */
export function missingHere(
  ownBase: boolean,
  has: (program: string) => boolean = isProgram,
  isRoot: boolean = process.getuid?.() === 0,
): string | undefined {
  const programs = ['buildah', 'crun', 'ip', 'unshare', ...(ownBase ? ['mmdebstrap'] : [])];
  const missing = programs.filter(program => !has(program));
  if (missing.length > 0)
    return `npm run image needs ${missing.join(', ')}: apt-get install buildah netavark crun mmdebstrap iproute2 (Linux).`;
  return isRoot ? undefined : 'npm run image has to run as root.';
}

function isProgram(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}
