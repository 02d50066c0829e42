import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { base64url, hex } from '@murmuration/protocol/encoding/bytes';
import type { DeviceId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { PhaseRecord } from '@murmuration/rounds/round/timeline';
import { storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import type { Task } from '@murmuration/rounds/task/task';
import type { Stores } from '@murmuration/storage/storage';
import { seededRandom } from './seeded-random.ts';

/** ms between the rounds of the history, and between enrolments. */
const [betweenRounds, betweenDevices] = [300_000, 60_000];
/** Writes that are under way at once: commits that come together share one. */
const together = 500;
/** One of so many rounds failed. */
export const failing = 41;

const platforms = ['android', 'ios', 'browser', 'node'] as const;

/**
 * Fills a storage with so many rounds that are over, the versions that they led to, and so many enrolled devices, up to `clock.now()`. The files
 * of the newest version are real, so that rounds go on from it; those of the others are gone, as after a retention.
 */
export async function fillHistory(
  storage: Pick<Stores, 'blobs' | 'history' | 'devices' | 'activity'>,
  task: Task,
  { rounds, devices }: { readonly rounds: number; readonly devices: number },
  clock: Clock,
): Promise<void> {
  const random = seededRandom(1);
  const now = clock.now();
  await startBackend();
  const model = await task.model();
  const first = await storeFirstVersion(
    task,
    describeModel(model),
    new Registry(storage.blobs, storage.history),
    storage.history,
    clock,
  );
  model.dispose();
  const state = (await storage.history.head(task.name))!.state;
  let base: ModelHash = first;
  let version = 0;
  const commits: Parameters<Stores['history']['commit']>[0][] = [];
  for (let number = 1; number <= rounds; number++) {
    const isFailed = number % failing === 0;
    const record = recordOf(task, number, base, now - (rounds - number) * betweenRounds, isFailed, random);
    if (isFailed) {
      commits.push({ round: record });
      continue;
    }
    version += 1;
    const hash = number === rounds ? first : (hex(random(32)) as ModelHash);
    const head = {
      version: {
        model: hash,
        task: task.name,
        number: version,
        parent: base,
        round: record.round,
        strategy: task.strategy.name,
        planVersion: 1,
        contributors: record.tally.accepted,
        metrics: record.metrics,
        createdAt: record.endedAt,
      },
      state,
    };
    commits.push({ head, round: { ...record, model: hash } });
    base = hash;
  }
  // In their order, since the newest version is the last one.
  for (const each of chunks(commits)) await Promise.all(each.map(commit => storage.history.commit(commit)));

  const ids = Array.from({ length: devices }, () => base64url(random(16)) as DeviceId);
  for (const each of chunks(ids.map((id, i) => [id, i] as const))) {
    await Promise.all(
      each.map(([id, i]) =>
        storage.devices.add({
          id,
          publicKey: random(32),
          certificate: undefined,
          enrolledAt: now - (devices - i) * betweenDevices,
          revokedAt: null,
        }),
      ),
    );
    await storage.activity.record(
      each.map(([device, i]) => ({
        device,
        seenAt: now - (i % 1_000) * betweenDevices,
        client: { platform: platforms[i % platforms.length]!, sdk: '0.1.0' },
        tasks: [{ task: task.name, rounds: i % 20, updates: i % 17, lastAt: now - i * 1_000 }],
      })),
    );
  }
}

function recordOf(
  task: Task,
  number: number,
  base: ModelHash,
  endedAt: number,
  isFailed: boolean,
  random: (length: number) => Uint8Array,
): RoundRecord {
  const startedAt = endedAt - 90_000;
  const lost = number % 4;
  const accepted = isFailed ? 18 : 52 - lost;
  const phase = (name: PhaseRecord['phase'], from: number, to: number): PhaseRecord => ({
    phase: name,
    startedAt: startedAt + from,
    endedAt: startedAt + to,
    deadline: name === 'closing' ? null : startedAt + to,
    goal: name === 'closing' ? null : 40,
    minimum: name === 'closing' ? null : 25,
    accepted: name === 'gathering' ? 52 : accepted,
    rejected: 0,
    late: isFailed && name === 'updates' ? 34 : 0,
    lost: name === 'updates' && !isFailed ? lost : 0,
  });
  return {
    round: base64url(random(16)) as RoundId,
    task: task.name,
    number,
    planVersion: 1,
    base,
    startedAt,
    endedAt,
    outcome: isFailed ? 'failed' : 'published',
    model: null,
    failure: isFailed
      ? { during: 'updates', reason: '18 updates came before the deadline, and 25 are needed.' }
      : null,
    tally: {
      cohort: 52,
      accepted,
      rejected: 0,
      late: isFailed ? 34 : 0,
      lost: isFailed ? 0 : lost,
    },
    metrics: isFailed
      ? null
      : { top1: 0.16 * (1 - Math.exp(-number / 900)), loss: 5 + 4 * Math.exp(-number / 800) },
    phases: [
      phase('gathering', 0, 8_000),
      phase('updates', 8_000, isFailed ? 90_000 : 86_000),
      ...(isFailed ? [] : [phase('closing', 86_000, 90_000)]),
    ],
    errors: number % 10 === 0 ? { 'round.closed': 3 } : {},
    traffic: { up: 4_000_000 + number, down: 11_000_000 + number },
  };
}

function chunks<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / together) }, (_, i) =>
    items.slice(i * together, (i + 1) * together),
  );
}
