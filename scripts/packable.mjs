// Before npm packs a package, in its folder: stops where a module that is made of kernels is missing, or is not built as the sources have it.
import { basename, dirname } from 'node:path';
import { differing, madeFiles } from './kernels/modules.mjs';
import { stop } from './prepare.mjs';

const own = madeFiles.filter(file => file.startsWith(`${basename(process.cwd())}/`));
const wrong = differing(dirname(process.cwd()), dirname(process.cwd()), own);
if (wrong.length > 0)
  stop(
    `${wrong.join(' and ')} ${wrong.length > 1 ? 'are' : 'is'} missing, or older than the sources: npm run build`,
  );
