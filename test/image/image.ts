import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { differing, modules } from '../../scripts/kernels/modules.mjs';
import { sourceOptions } from '../../scripts/prepare.mjs';
import { root } from '../docs/documents.ts';
import { makeBase } from './base.ts';
import { billOf } from './bill.ts';
import { directoryBytes } from './bytes.ts';
import type { UnpackedImage } from './container.ts';
import { pinImages } from './pin.ts';
import { missingHere, problemsOf, type Walk } from './problems.ts';
import { ImageStore } from './store.ts';

// npm run image [-- --json]: builds the image, lists what is in it, and runs rounds from it as the manifests for Kubernetes say.

const { json, base, sbom, pin } = new Command('npm run image --')
  .description(
    'Builds the image of the Dockerfile with buildah, lists what is in it, and runs rounds from it with crun. Needs Linux, as root, with the packages buildah, netavark, crun, mmdebstrap and iproute2.',
  )
  .option('--base <image>', 'build on node:22-slim of a registry in place of a Debian made here: "registry"')
  .option('--sbom <file>', 'write the bill of materials (CycloneDX) to this file')
  .option(
    '--pin [registry]',
    'ask a registry, https://registry-1.docker.io unless named, for the digests of all images that files of the repository name, write them there, and end',
  )
  .option('--json', 'print one JSON object as the last line')
  .parse()
  .opts<{ json?: boolean; base?: string; sbom?: string; pin?: string | true }>();

if (pin) {
  const registry = pin === true ? 'https://registry-1.docker.io' : pin;
  for (const image of await pinImages(root, registry)) console.log(image);
  spawnSync(process.execPath, ['scripts/kubernetes.mjs'], { cwd: root, stdio: 'inherit' });
  process.exit();
}

const lacking = missingHere(base !== 'registry');
if (lacking) {
  process.stderr.write(`${lacking}\n`);
  process.exit(1);
}

const log = (line: string) => process.stderr.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'murmuration-image-'));
const store = new ImageStore(join(folder, 'store'), log);
const seconds: Record<string, number> = {};

/** Does one step, and keeps how long it took. */
function step<Value>(name: string, sentence: string, work: () => Value): Value {
  log(sentence);
  const began = performance.now();
  const value = work();
  seconds[name] = Math.round((performance.now() - began) / 1_000);
  return value;
}

let wrong: readonly string[] = [];
try {
  if (base !== 'registry')
    step('base', 'Making a Debian with Node …', () => {
      makeBase(join(folder, 'base'));
      store.fromFolder(join(folder, 'base'), 'murmuration-base');
    });
  step('build', 'Building the image …', () =>
    store.build('murmuration', base === 'registry' ? undefined : 'localhost/murmuration-base'),
  );
  const image: UnpackedImage = { files: store.mount('murmuration'), config: store.config('murmuration') };
  const { bill, npm, debian, unlisted } = step('sbom', 'Listing what is in it …', () => billOf(image.files));
  if (sbom) writeFileSync(sbom, `${JSON.stringify(bill, undefined, 2)}\n`);
  const walk = step('walk', 'Running rounds from it …', () => walkThrough(image));
  const megabytes = {
    image: Math.round(directoryBytes(image.files) / 1e6),
    packages: Math.round(directoryBytes(join(image.files, 'murmuration')) / 1e6),
  };
  const targets = modules.map(({ target }) => target);
  wrong = problemsOf(walk, unlisted, differing(root, join(image.files, 'murmuration'), targets));
  const figures = { seconds, megabytes, components: { npm, debian, unlisted }, ...walk };
  console.log(json ? JSON.stringify(figures) : JSON.stringify(figures, undefined, 2));
} finally {
  store.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const sentence of wrong) log(sentence);
process.exit(wrong.length > 0 ? 1 : 0);

/**
 * Runs the walk in a network of its own, where the ports of the manifests are free, and with the control groups of version 2 alone, since crun
 * refuses a mixture of both versions.
 */
function walkThrough(image: UnpackedImage): Walk {
  const prepare =
    'ip link set lo up && umount --recursive /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && exec "$@"';
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    [
      ...['--mount', '--net', 'sh', '-c', prepare, 'sh', process.execPath, ...sourceOptions],
      ...['test/image/walk.ts', JSON.stringify(image)],
    ],
    { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
  );
  if (status !== 0) throw new Error(`The image does not run: ${stdout}${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}
