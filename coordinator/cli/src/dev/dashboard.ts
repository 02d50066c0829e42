import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dashboardFolder } from '@murmuration/coordinator/http/dashboard';

/** Folder of the dashboard's sources in a checkout. */
const sources = fileURLToPath(new URL('../../../dashboard/', import.meta.url));
const config = join(sources, 'vite.config.ts');

/**
 * Builds the dashboard of a checkout if it has not been built; installed packages contain it. Returns true if
 * there is one.
 */
export async function readyDashboard(building: () => void): Promise<boolean> {
  if (existsSync(join(dashboardFolder, 'index.html'))) return true;
  if (!existsSync(config)) return false;
  building();
  const vite = join(dirname(createRequire(config).resolve('vite/package.json')), 'bin/vite.js');
  const build = spawn(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(build, 'exit');
  return code === 0;
}
