import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyOf, sparingEnvironment } from '../pages/built-page.ts';
import type { PageAssets } from './document.ts';

const here = fileURLToPath(new URL('./', import.meta.url));
/** Path of the built assets, which include the hash of their sources. */
const built = fileURLToPath(new URL('../../dist/report-assets.json', import.meta.url));

/** Sources of the assets, from the repository's root. */
const sources = [
  'package-lock.json',
  'ui/src',
  'simulations/simulator/src/learning-curves/rounds-to-target.ts',
  'simulations/simulator/src/run-events',
  ...['chart.ts', 'curves.ts', 'drawing', 'quantities.ts'].map(
    path => `simulations/simulator/src/report/${path}`,
  ),
];

/** Returns the script and style of reports, built if their sources have changed. */
export async function pageAssets(): Promise<PageAssets> {
  const key = await keyOf(sources);
  const kept = await readFile(built, 'utf8').then(JSON.parse, () => null);
  if (kept?.key === key) return kept;
  const assets = await sparingEnvironment(build);
  await mkdir(dirname(built), { recursive: true });
  // Renamed only once complete; concurrent builds write different files.
  const whole = `${built}.${process.pid}`;
  await writeFile(whole, JSON.stringify({ key, ...assets }));
  await rename(whole, built);
  return assets;
}

async function build(): Promise<PageAssets> {
  const vite = await import('vite');
  const result = await vite.build({
    configFile: false,
    root: here,
    logLevel: 'error',
    resolve: { conditions: ['murmuration-source', ...vite.defaultClientConditions] },
    build: {
      write: false,
      target: 'es2023',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: ['drawing/main.ts', 'drawing/report.css'].map(file => join(here, file)) },
    },
  });
  const outputs = [result].flat().flatMap(output => ('output' in output ? output.output : []));
  const script = outputs.find(output => output.type === 'chunk' && output.name === 'main');
  const style = outputs.find(output => output.fileName.endsWith('.css'));
  if (script?.type !== 'chunk' || style?.type !== 'asset')
    throw new Error('The report has no script or no style.');
  return {
    // Prevents the script's text from closing its element.
    script: script.code.replaceAll('</script', '<\\/script').trim(),
    style: String(style.source).trim(),
  };
}
