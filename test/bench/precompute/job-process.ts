import { join } from 'node:path';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { openServer } from '@murmuration/serving/assembly/open-server';
import { csv } from '@murmuration/serving/precompute/job/inputs';
import { precompute } from '@murmuration/serving/precompute/job/job';
import { Precomputation } from '@murmuration/serving/precompute/precomputation';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import { folderModels } from '@murmuration/serving/source/folder';
import type { Report } from './process.ts';

// One run of a job, as `murmuration precompute` does it; tells of each commit, and at the end how long it took.
const [folder = '', file = '', into = ''] = process.argv.slice(2);
const source = await folderModels(join(folder, 'models'), systemClock);
const server = openServer({ source, runtimes: [layersRuntime()], transformers: {}, clock: systemClock });
const job = precompute({ name: 'bench', model: 'small', inputs: csv(file), key: 'id' });
let attempt = 0;
let began = 0;
const jobs = new Precomputation([job], {
  server,
  source,
  into,
  clock: systemClock,
  turns: systemTurns,
  events: {
    began(_job, _version, start) {
      attempt = start;
      began = performance.now();
    },
    progressed: () => process.send?.(attempt),
  },
});
const { reused } = await jobs.run('bench');
const seconds = (performance.now() - began) / 1_000;
const report: Report = { seconds, reused, peakMB: process.resourceUsage().maxRSS / 1_024 };
await jobs.close();
await server.close();
process.send?.(report, () => process.exit());
