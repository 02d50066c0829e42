import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { parseConfig } from '@murmuration/coordinator/config';
import { createCoordinator } from '@murmuration/coordinator/main';
import { openStorage } from '@murmuration/coordinator/storage/storage';
import { defineTask } from '@murmuration/coordinator/task/define-task';
import { mintToken } from '@murmuration/coordinator/tokens/secret-token';
import * as tf from '@murmuration/engine/tf';
import { hex } from '@murmuration/protocol/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemClock, systemRandom } from '@murmuration/protocol/system';
import { dashboardPage } from '@murmuration/simulations/pages/built-page';
import { fillHistory } from '../../large-history.ts';
import { type BenchmarkOptions, type Figures, median, round } from '../benchmark.ts';
import { openPages } from './open-pages.ts';

/** Times that each page is opened. */
const openings = 3;

/**
 * The operators' dashboard over a storage folder with a long history, in headless Chromium: what its files weigh, and how long each page takes
 * from its address to the moment at which what it shows can be used. --rounds, --devices.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5000' },
      devices: { type: 'string', default: '10000' },
    },
  });
  const [rounds, devices] = [Number(values.rounds), Number(values.devices)];
  const { folder: page } = await dashboardPage(modules => {
    if (modules % 50 === 0) log(`building the page: ${modules} files`);
  });
  const gzipKB = await weightOf(page);
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-dashboard-'));
  try {
    const task = defineTask({
      name: 'line',
      model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
      plan: { learningRate: 1 },
      update: { clip: 1 },
      masking: 'off',
      cohort: { goal: 2, minimum: 2 },
      schedule: { every: '1 d' },
    });
    log(`filling a storage with ${rounds} rounds and ${devices} devices`);
    const storage = await openStorage(folder, systemClock);
    await fillHistory(storage, task, { rounds, devices }, systemClock);
    await storage.close();
    const { text, proof } = mintToken('operator', systemRandom, native);
    const coordinator = await createCoordinator(
      parseConfig({
        port: 0,
        log: 'silent',
        storage: folder,
        operatorTokens: [{ id: proof.id, name: 'bench', role: 'admin', sha256: hex(proof.digest) }],
      }),
      [task],
    );
    try {
      const opened = await openPages(coordinator.url, text, rounds, openings, log);
      const pages = Object.fromEntries(
        Object.entries(opened).map(([name, times]) => [name, round(median(times))]),
      );
      return {
        rounds,
        devices,
        gzipKB,
        gzipKBLimit: 100,
        interactiveMs: Math.max(...Object.values(pages)),
        interactiveMsLimit: 1_000,
        pages,
      };
    } finally {
      await coordinator.stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** kB of all files of the page, each compressed on its own. */
async function weightOf(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) sum += gzipSync(await readFile(join(entry.parentPath, entry.name))).byteLength;
  return round(sum / 1_000);
}
