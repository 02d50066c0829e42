import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { dashboardPage } from '@murmuration/simulations/pages/built-page';
import { type BenchmarkOptions, type Figures, median, round } from '../benchmark.ts';
import { SecondProcess } from '../second-process.ts';
import type { OpenResources, Order, Report } from './coordinator.ts';
import { fillFolder } from './fill-folder.ts';
import { measureFeeds } from './measure-feeds.ts';
import { openPages } from './open-pages.ts';

/** Times that each page is opened. */
const openings = 3;

/**
 * The operators' dashboard over a storage folder with a long history, in headless Chromium: what its files weigh, and those before the first paint of the overview, how long each page takes
 * from its address to the moment at which what it shows can be used, and what 20 open ones cost the coordinator during rounds. --rounds, --devices.
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
  const coordinator = new SecondProcess<Order, Report>(new URL('./coordinator.ts', import.meta.url));
  try {
    log(`filling a storage with ${rounds} rounds and ${devices} devices`);
    await fillFolder(folder, { rounds, devices });
    const { text, proof } = mintToken('operator', systemRandom, native);
    const operator = { id: proof.id, name: 'bench', role: 'admin', sha256: hex(proof.digest) } as const;
    const { url } = await coordinator.run<OpenResources>({ do: 'open', folder, operator });
    const opened = await openPages(url, text, rounds, openings, log);
    const pages = Object.fromEntries(
      Object.entries(opened).map(([name, times]) => [name, round(median(times.map(({ ms }) => ms)))]),
    );
    return {
      rounds,
      devices,
      gzipKB,
      firstPaintKB: round(Math.max(...opened.overview!.map(({ bytes }) => bytes)) / 1_000),
      firstPaintKBLimit: 60,
      interactiveMs: Math.max(...Object.values(pages)),
      interactiveMsLimit: 1_000,
      pages,
      ...(await measureFeeds(coordinator, url, text, log)),
      cpuShareOf20DashboardsLimit: 0.05,
    };
  } finally {
    await coordinator.end();
    await rm(folder, { recursive: true });
  }
}

/** kB of all files of the page, each compressed by itself. */
async function weightOf(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && !entry.name.endsWith('.gz'))
      sum += gzipSync(await readFile(join(entry.parentPath, entry.name))).byteLength;
  return round(sum / 1_000);
}
