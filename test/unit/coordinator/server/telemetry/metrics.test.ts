import type { AlertRule } from '@murmuration/api/alert';
import { type MetricSources, watchMetrics } from '@murmuration/coordinator/telemetry/metrics';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceId, type Federation, openFederation, updateOf } from '../federation.ts';

const values = 'values' as TaskName;

let federation: Federation;
let traffic: Traffic;
let spent: ReturnType<MetricSources['privacy']>;
let firing: { readonly rule: AlertRule }[];
let isTraining: boolean | undefined;
let registry: Registry;

beforeEach(async () => {
  federation = await openFederation();
  traffic = new Traffic();
  firing = [];
  spent = undefined;
  isTraining = undefined;
  const { events, pool, clock } = federation;
  const sources = {
    tasks: () => [values],
    waiting: () => pool.size,
    isPaused: () => federation.rounds.isPaused,
    isTraining: () => isTraining,
    marked: () => ({ silent: 3, suspect: 0, apart: 1, slow: 0 }),
    privacy: () => spent,
    connected: () => 5,
    polled: () => ({ size: 4, polls: 3 }),
    enrolled: () => 9,
    traffic: (task: TaskName) => traffic.of(task),
    firing: () => firing,
  };
  registry = new Registry();
  watchMetrics(registry, events, sources, clock);
  await federation.rounds.start();
});

afterEach(() => federation.rounds.stop());

/** The samples of our metrics as Prometheus reads them, zeros left out. */
async function samples(): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter(line => line.startsWith('murmuration_'));
  const pairs = lines.map(
    line => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))] as const,
  );
  return Object.fromEntries(pairs.filter(([name, value]) => value !== 0 && !name.includes('_bucket')));
}

async function draw(devices: number): Promise<void> {
  for (let index = 0; index < devices; index++)
    federation.events.emit(
      'checked-in',
      deviceId(index),
      values,
      federation.checkIn(deviceId(index)).decision,
      true,
    );
  await federation.clock.advance(0);
}

async function contribute(device: number): Promise<void> {
  const { assignment } = federation.channel.assignments.get(deviceId(device))!;
  await federation.rounds.current!.accept(assignment, updateOf([1, 2, 3, 4]));
}

describe('the metrics', () => {
  it('tell what is spent of a privacy budget, and nothing of a task without one', async () => {
    const name = 'murmuration_privacy_spent_epsilon';
    expect(Object.keys(await samples()).filter(key => key.startsWith('murmuration_privacy'))).toEqual([]);
    spent = { epsilon: 1.5, steps: 3 };
    expect(await samples()).toMatchObject({
      [`${name}{task="values"}`]: 1.5,
      'murmuration_privacy_released_versions{task="values"}': 3,
    });
    spent = { epsilon: Number.NaN, steps: 4 };
    expect(await registry.metrics()).toContain(`${name}{task="values"} Nan`);
  });

  it('count training runs and triggers, and nothing of a task without them', async () => {
    const open = 'murmuration_training_run_open{task="values"}';
    expect(await registry.metrics()).not.toContain(open);
    isTraining = false;
    expect(await registry.metrics()).toContain(`${open} 0`);
    isTraining = true;
    const why = { trigger: 'cron', reason: 'It was time.', figures: {}, at: 1 } as const;
    const fired = { task: values, number: 1, firing: why, count: 1, since: 1, until: null, run: null };
    federation.events.emit('triggered', { ...fired, outcome: 'began', by: null });
    const run = { id: 'r', task: values, number: 1, why, startedAt: 1, rounds: 2, failed: 0, metrics: null };
    federation.events.emit('run-ended', { ...run, endedAt: 2, ending: { reason: 'rounds', text: 'Two.' } });
    expect(await samples()).toMatchObject({
      [open]: 1,
      'murmuration_triggers_total{task="values",trigger="cron",outcome="began"}': 1,
      'murmuration_training_runs_total{task="values",trigger="cron",result="rounds"}': 1,
    });
  });

  it('follow a round from its check-ins to its version', async () => {
    await draw(3);
    expect(await samples()).toMatchObject({ 'murmuration_waiting_devices{task="values"}': 3 });
    await federation.clock.advance(2_000);
    await draw(5);
    expect(await samples()).toMatchObject({
      'murmuration_round_number{task="values"}': 1,
      'murmuration_cohort_devices{task="values",standing="working"}': 5,
      'murmuration_phase_duration_seconds_sum{task="values",phase="gathering"}': 2,
      'murmuration_phase_duration_seconds_count{task="values",phase="gathering"}': 1,
    });
    await contribute(0);
    federation.disconnect(deviceId(3));
    expect(await samples()).toMatchObject({
      'murmuration_cohort_devices{task="values",standing="working"}': 3,
      'murmuration_cohort_devices{task="values",standing="counted"}': 1,
      'murmuration_cohort_devices{task="values",standing="away"}': 1,
    });
    await federation.clock.advance(3_000);
    await contribute(1);
    await contribute(2);
    await federation.clock.advance(0);
    const after = await samples();
    expect(after).toMatchObject({
      'murmuration_rounds_total{task="values",outcome="published"}': 1,
      'murmuration_updates_total{task="values",result="accepted"}': 3,
      'murmuration_updates_total{task="values",result="lost"}': 1,
      'murmuration_updates_total{task="values",result="late"}': 1,
      'murmuration_model_version{task="values"}': 1,
      'murmuration_phase_duration_seconds_sum{task="values",phase="updates"}': 3,
      'murmuration_closing_step_duration_seconds_count{task="values",step="aggregation"}': 1,
      'murmuration_closing_step_duration_seconds_count{task="values",step="commit"}': 1,
      murmuration_connected_devices: 5,
      'murmuration_marked_devices{task="values",mark="silent"}': 3,
      'murmuration_marked_devices{task="values",mark="apart"}': 1,
      murmuration_polled_connections: 4,
      murmuration_open_polls: 3,
      murmuration_enrolled_devices: 9,
    });
    expect(after).not.toHaveProperty('murmuration_cohort_devices{task="values",standing="away"}');
  });

  it('tell of rounds that fail, of devices that are told to come back, and of refusals by code', async () => {
    await draw(1);
    await federation.clock.advance(10_000);
    federation.events.emit(
      'refused',
      'PUT /v1/rounds/:round/updates/:assignment',
      'update.wrong-length',
      'short',
    );
    federation.events.emit('checked-in', deviceId(8), values, 'later', false);
    federation.events.emit('fault', 'a test', new Error('broken'));
    federation.events.emit('enrolled', deviceId(8));
    expect(await samples()).toMatchObject({
      'murmuration_rounds_total{task="values",outcome="failed"}': 1,
      'murmuration_check_ins_total{task="values",decision="waiting"}': 1,
      'murmuration_check_ins_total{task="values",decision="later"}': 1,
      'murmuration_refusals_total{code="update.wrong-length"}': 1,
      murmuration_faults_total: 1,
      murmuration_enrolments_total: 1,
    });
  });

  it('tell which tasks are paused, which alerts last, and what became of notices', async () => {
    expect(await samples()).not.toHaveProperty('murmuration_task_paused{task="values"}');
    federation.rounds.pause();
    firing = [{ rule: 'disk-filling' }];
    federation.events.emit('notice', 'hooks.example.org', null);
    federation.events.emit('notice', 'hooks.example.org', 'HTTP 500');
    expect(await samples()).toMatchObject({
      'murmuration_task_paused{task="values"}': 1,
      'murmuration_firing_alerts{rule="disk-filling"}': 1,
      'murmuration_alert_notices_total{result="delivered"}': 1,
      'murmuration_alert_notices_total{result="given-up"}': 1,
    });
  });

  it('count bytes since the start, however often they are read', async () => {
    traffic.add(values, 'up', 70);
    traffic.add(values, 'down', 900);
    await samples();
    traffic.add(values, 'up', 7);
    expect(await samples()).toMatchObject({
      'murmuration_update_bytes_total{task="values"}': 77,
      'murmuration_model_bytes_total{task="values"}': 900,
    });
  });

  it('tell the held-out figures of the newest version, a bounded number of them', async () => {
    const figures = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`figure${i}`, i + 0.5]));
    const [version] = await federation.history.versions(values, 1, 1);
    federation.events.emit('version', { ...version!, number: 7, metrics: figures });
    const told = Object.keys(await samples()).filter(name => name.startsWith('murmuration_model_evaluation'));
    expect(told).toHaveLength(20);
    expect(await samples()).toMatchObject({
      'murmuration_model_evaluation{task="values",figure="figure0"}': 0.5,
    });
  });

  it('include those of the process, but for the ones that are named like totals', async () => {
    const text = await registry.metrics();
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).not.toMatch(/^# TYPE \S+_total gauge$/m);
  });
});
