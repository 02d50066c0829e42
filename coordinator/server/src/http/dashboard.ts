import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { App } from './app.ts';
import { serveBuild } from './built-page.ts';

/** Folder of the built dashboard; the path is the same from the sources and from the build. */
export const dashboardFolder = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url));

/** Serves the dashboard at the root; if it was not built, the root explains how to build it. */
export async function serveDashboard(app: App, folder = dashboardFolder): Promise<void> {
  const isBuilt = await access(join(folder, 'index.html')).then(
    () => true,
    () => false,
  );
  if (isBuilt) {
    await app.register(scope => serveBuild(scope, { folder, path: '/', scripts: "'self'" }));
    return;
  }
  app.get('/', { schema: { hide: true } }, () => {
    throw new MurmurationError(
      'request.not-found',
      'The dashboard is not built here: npm run build builds it, and published packages bring it along.',
    );
  });
}
