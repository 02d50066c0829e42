// The coordinator under fuzz, as a process of its own: says where it listens, and answers `figures` with what happened in it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { enrolmentToken, lineTask } from '../../e2e/line.ts';
import type { TargetFigures, TargetMessage } from './target-process.ts';
import { operatorToken } from './world.ts';

const masking = { threat: 'malicious', corrupt: 0.1, dropping: 0.3 } as const;
const deadlines = {
  gathering: '1 s',
  messages: '1 s',
  updates: '2 s',
} as const;
const crowd = { cohort: { goal: 6, minimum: 3, overSelection: 1 }, deadlines, schedule: { every: 0 } };

const folder = mkdtempSync(join(tmpdir(), 'murmuration-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const { limits, ...config } = parseConfig({
  port: 0,
  enrolmentTokens: [enrolmentToken],
  log: 'silent',
  operatorTokens: [
    {
      id: operatorToken.proof.id,
      name: 'fuzz',
      role: 'admin',
      sha256: hex(operatorToken.proof.digest),
    },
  ],
  storage: folder,
  retention: { versions: 20, roundsFor: '1 min' },
  limits: { requestsPerAddress: 1_000_000, enrolmentsPerAddress: 1_000_000 },
});

const coordinator = await createCoordinator(
  // Of the frames that a rate turns away the coordinator would see nothing.
  { ...config, limits: { ...limits, messages: { burst: 1_000_000, perSecond: 1_000_000 } } },
  [
    // The devices that send garbage say that their SDK is older.
    lineTask({
      masking,
      cohort: { goal: 4, minimum: 4, overSelection: 1 },
      eligibility: { minSdk: '0.1.0' },
      deadlines: {
        gathering: '2 min',
        messages: '2 min',
        updates: '2 min',
      },
    }),
    lineTask({ ...crowd, name: 'masked', masking }),
    lineTask({ ...crowd, name: 'plain', update: { kind: 'float32', clip: 1 } }),
  ],
);

const refusals: Record<string, number> = {};
const faults: string[] = [];
const rounds = { published: 0, failed: 0, others: 0 };
coordinator.events.on('refused', (_, code) => {
  refusals[code] = (refusals[code] ?? 0) + 1;
});
coordinator.events.on('fault', (where, error) => {
  if (faults.length < 20) faults.push(`${where}: ${error instanceof Error ? error.stack : String(error)}`);
});
coordinator.events.on('round-ended', ({ task, outcome, failure }) => {
  if (task !== 'line') rounds.others += 1;
  else rounds[outcome] += 1;
  if (task === 'line' && failure)
    faults.push(`round of the healthy cohort: ${failure.during}: ${failure.reason}`);
});

const say = (message: TargetMessage) => process.send!(message);
process.on('message', async request => {
  if (request === 'start') await coordinator.start();
  // Twice: what the first collection finds dead may keep buffers that the second frees.
  for (let i = 0; i < 2; i++) globalThis.gc?.();
  const figures: TargetFigures = { rss: process.memoryUsage.rss(), refusals, faults, rounds };
  say({ type: 'figures', figures });
});
// However it is asked to end, it leaves nothing behind.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
say({ type: 'listening', url: coordinator.url });
