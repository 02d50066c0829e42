import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Findings } from '@murmuration/simulations/study/study';
import type { Tuned } from '../tuned.ts';
import { tunePage } from './tune-page.ts';

/** Writes the page and the figures of a search beside its state; returns where the page is. */
export async function writeTuneReport(
  folder: string,
  tuned: Tuned,
  figures: Findings['figures'],
): Promise<string> {
  const page = join(folder, 'index.html');
  await written(join(folder, 'tune.json'), `${JSON.stringify(figures, undefined, 2)}\n`);
  await written(page, tunePage(tuned));
  return page;
}

/** Beside what is there until it is whole. */
async function written(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
