import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { dashboardPage } from '@murmuration/simulations/pages/built-page';
import { whole } from '@murmuration/tuning/options/values';
import { Command } from 'commander';
import { Display } from './demonstration/display.ts';
import { examples } from './demonstration/examples.ts';

/** Port of an example, unless it is taken. */
const usualPort = 8_800;

/**
 * `npm start -- --example NAME`: runs `start.js` of an example's folder in this process. What it writes
 * goes to `state` in that folder. Throws `config.invalid` if a package is missing.
 */
export async function startProgram(folder: string, argv: readonly string[]): Promise<void> {
  const { port } = new Command('npm start --')
    .description('Runs an example as its README describes it.')
    .addOption(examples())
    .option(
      '--port <number>',
      `port of the example; 0 takes any free one (default: ${usualPort}, or a free one if that is taken)`,
      whole(0, 65_535),
    )
    .allowExcessArguments(false)
    .showSuggestionAfterError()
    .parse(argv, { from: 'user' })
    .opts<{ readonly port?: number }>();
  const display = new Display(process.stdout);
  await dashboardPage(modules => display.busy(`Building the dashboard: ${modules} files`));
  process.env.PORT = String(port ?? ((await isFree(usualPort)) ? usualPort : 0));
  const state = join(folder, 'state');
  mkdirSync(state, { recursive: true });
  process.chdir(state);
  try {
    await import(pathToFileURL(join(folder, 'start.js')).href);
  } catch (error) {
    const missing = /^Cannot find package '([^']+)'/.exec(messageOf(error))?.[1];
    if (missing === undefined) throw error;
    throw new MurmurationError(
      'config.invalid',
      `The example needs a package that is missing: npm install ${missing}`,
    );
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const opened = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  const isOpen = await opened;
  server.close();
  return isOpen;
}
