// npm run docs: writes pages of the SDK's API, then builds the documentation site into docs/.vitepress/dist. A warning is a failure.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, rootFolder } from './prepare.mjs';

await prepare();
rmSync(join(rootFolder, 'docs/reference/api'), { recursive: true, force: true });
for (const [name, ...command] of [
  ['API of the SDK', 'typedoc/bin/typedoc', '--logLevel', 'Warn'],
  ['site', 'vitepress/bin/vitepress.js', 'build', 'docs'],
]) {
  const [file, ...args] = command;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join('node_modules', file ?? ''), ...args],
    {
      cwd: rootFolder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
      maxBuffer: 64 * 2 ** 20,
    },
  );
  const said = `${stdout}${stderr}`.trim();
  const warns = /warn/i.test(said);
  console.log(`${name}: ${status === 0 && !warns ? 'ok' : 'failed'}`);
  if (status !== 0 || warns) {
    console.log(said);
    process.exit(1);
  }
}
console.log('The site is in docs/.vitepress/dist; npx vitepress preview docs shows it.');
