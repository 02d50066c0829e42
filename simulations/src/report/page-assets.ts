import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageAssets } from './document.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = 'simulations/src/report/';
/** The built assets, with the hash of the sources that they were made of. */
const built = join(root, 'simulations', 'dist', 'report-assets.json');

/** The script and the style of all reports, built where their sources have changed since the last time. */
export async function pageAssets(): Promise<PageAssets> {
  const key = await sourcesKey();
  const kept = await readFile(built, 'utf8').then(JSON.parse, () => null);
  if (kept?.key === key) return kept;
  const assets = await build();
  await mkdir(join(built, '..'), { recursive: true });
  // Beside the old ones until they are whole; two that build at once do not meet.
  const whole = `${built}.${process.pid}`;
  await writeFile(whole, JSON.stringify({ key, ...assets }));
  await rename(whole, built);
  return assets;
}

async function build(): Promise<PageAssets> {
  const vite = await import('vite');
  const { NODE_ENV } = process.env;
  try {
    const result = await vite.build({
      configFile: false,
      root: join(root, here),
      logLevel: 'error',
      build: {
        write: false,
        target: 'es2023',
        modulePreload: { polyfill: false },
        rolldownOptions: {
          input: ['drawing/main.ts', 'drawing/report.css'].map(file => join(root, here, file)),
        },
      },
    });
    const outputs = [result].flat().flatMap(output => ('output' in output ? output.output : []));
    const script = outputs.find(output => output.type === 'chunk' && output.name === 'main');
    const style = outputs.find(output => output.fileName.endsWith('.css'));
    if (script?.type !== 'chunk' || style?.type !== 'asset')
      throw new Error('The report has no script or no style.');
    return {
      script: script.code.replaceAll('</script', '<\\/script').trim(),
      style: String(style.source).trim(),
    };
  } finally {
    // The bundler says "production" to all that runs in this process.
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

/** SHA-256 of what the assets are made of, by name and content. */
async function sourcesKey(): Promise<string> {
  const files = ['package-lock.json'];
  for (const folder of [here, `${here}drawing/`])
    for (const file of await readdir(join(root, folder), { withFileTypes: true }))
      if (file.isFile()) files.push(`${folder}${file.name}`);
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const content = await readFile(join(root, file));
    hash.update(`${file}\0${createHash('sha256').update(content).digest('hex')}\n`);
  }
  return hash.digest('hex');
}
