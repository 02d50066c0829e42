import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeMlflowRun } from '@murmuration/simulations/report/mlflow/file-store';
import { mlflowName, named } from '@murmuration/simulations/report/mlflow/names';
import { RunSoFar } from '@murmuration/simulations/run-events/run';
import type { RunEvent } from '@murmuration/simulations/run-events/run-event';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { anyRun, begun, ended, roundOf } from './events.ts';

// The rules below are those of MLflow: mlflow/utils/validation.py and mlflow/store/tracking/file_store.py.
const validName = /^[/\w.\- ]*$/;
const validExperimentId = /^[a-zA-Z0-9][\w-]{0,63}$/;
const validRunId = /^[a-zA-Z0-9][\w-]{0,255}$/;
const runKeys = [
  'artifact_uri',
  'deleted_time',
  'end_time',
  'entry_point_name',
  'experiment_id',
  'lifecycle_stage',
  'run_id',
  'run_name',
  'run_uuid',
  'source_name',
  'source_type',
  'source_version',
  'start_time',
  'status',
  'tags',
  'user_id',
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-mlflow-'));
});
afterEach(() => rm(folder, { recursive: true }));

function runOf(...events: RunEvent[]) {
  const run = new RunSoFar();
  for (const event of events) run.take(event);
  return run.run;
}

const yamlOf = async (path: string) => parse(await readFile(path, 'utf8'), { version: '1.1' });
const textsIn = async (path: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(path)).map(async name => [name, await readFile(join(path, name), 'utf8')]),
    ),
  );

/** A history as FileStore reads it. */
function historyOf(text: string): number[][] {
  expect(text).toMatch(/\n$/);
  return text
    .trimEnd()
    .split('\n')
    .map(line => {
      const parts = line.split(' ');
      expect(parts).toHaveLength(3);
      expect(parts[0]).toMatch(/^\d+$/);
      expect(parts[2]).toMatch(/^\d+$/);
      return parts.map(part => (part === 'nan' ? Number.NaN : Number(part)));
    });
}

describe('a run in MLflow', () => {
  const store = () => join(folder, 'mlruns');

  it('lies where FileStore looks for it', async () => {
    const artifact = join(folder, 'curves.csv');
    await writeFile(artifact, 'round\r\n');
    const run = runOf(begun, roundOf(1), roundOf(2), ended);
    const path = await writeMlflowRun(store(), run, [artifact]);
    const [experiment, id] = path.slice(store().length + 1).split('/');
    expect(experiment).toMatch(validExperimentId);
    expect(id).toMatch(validRunId);
    expect((await readdir(path)).sort()).toEqual(['artifacts', 'meta.yaml', 'metrics', 'params', 'tags']);
    expect(await yamlOf(join(store(), '0', 'meta.yaml'))).toMatchObject({
      experiment_id: '0',
      name: 'Default',
    });
    expect(await yamlOf(join(store(), experiment!, 'meta.yaml'))).toEqual({
      artifact_location: `file://${store()}/${experiment}`,
      creation_time: begun.startedAt,
      experiment_id: experiment,
      last_update_time: begun.startedAt,
      lifecycle_stage: 'active',
      name: 'digits',
    });
    const meta = await yamlOf(join(path, 'meta.yaml'));
    expect(Object.keys(meta)).toEqual(runKeys);
    expect(meta).toMatchObject({
      artifact_uri: `file://${path}/artifacts`,
      experiment_id: experiment,
      run_id: id,
      run_uuid: id,
      start_time: begun.startedAt,
      end_time: begun.startedAt + 12_500,
      status: 3,
      source_type: 4,
      lifecycle_stage: 'active',
      deleted_time: null,
      tags: [],
    });
    expect(await readFile(join(fileURLToPath(meta.artifact_uri), 'curves.csv'), 'utf8')).toBe('round\r\n');
  });

  it('has its settings as parameters, its rounds as histories, and what it is as tags', async () => {
    const run = runOf(begun, roundOf(1), roundOf(3, { metrics: { accuracy: 0.7, loss: null } }), {
      ...ended,
      figures: { iid: { rounds: 87 }, name: 'digits' },
    });
    const path = await writeMlflowRun(store(), run, []);
    expect(await textsIn(join(path, 'params'))).toMatchObject({
      'plan.learningRate': '0.1',
      'cohort.goal': '10',
      seed: '7',
    });
    const metrics = await textsIn(join(path, 'metrics'));
    const [first, second] = [begun.startedAt + 250, begun.startedAt + 500];
    expect(metrics.accuracy).toBe(`${first} ${1 - 0.9} 1\n${second} 0.7 3\n`);
    expect(metrics.loss).toBe(`${first} 2.3 1\n${second} nan 3\n`);
    expect(metrics['bytes.up']).toBe(`${first} 44900 1\n${second} 44900 3\n`);
    expect(metrics['final.iid.rounds']).toBe(`${second} 87 3\n`);
    expect(Object.keys(metrics)).not.toContain('final.name');
    expect(await textsIn(join(path, 'tags'))).toMatchObject({
      'mlflow.runName': 'digits, seed 7',
      'mlflow.source.type': 'LOCAL',
      'mlflow.note.content': begun.shows,
      'murmuration.weightsSha256': ended.weightsSha256,
    });
  });

  it.each([
    ['finished', 3],
    ['failed', 4],
    ['stopped', 5],
  ] as const)('that is %s has status %i', async (outcome, status) => {
    const path = await writeMlflowRun(store(), runOf(begun, { ...ended, outcome }), []);
    expect(await yamlOf(join(path, 'meta.yaml'))).toMatchObject({ status });
  });

  it('that was killed has the status for that, and the time of its last round', async () => {
    const path = await writeMlflowRun(store(), runOf(begun, roundOf(1)), []);
    expect(await yamlOf(join(path, 'meta.yaml'))).toMatchObject({
      status: 5,
      end_time: begun.startedAt + 250,
    });
  });

  it('joins the experiment of its name that MLflow made, and replaces itself', async () => {
    const first = await writeMlflowRun(store(), runOf({ ...begun, scenario: 'Default' }), []);
    expect(first.startsWith(join(store(), '0'))).toBe(true);
    const second = await writeMlflowRun(store(), runOf({ ...begun, seed: 8 }), []);
    const again = await writeMlflowRun(store(), runOf({ ...begun, seed: 8 }, roundOf(1)), []);
    expect(again).toBe(second);
    expect((await readdir(store())).length).toBe(2);
  });

  it('is one that MLflow takes, whatever its texts and figures are', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async events => {
        const path = await writeMlflowRun(store(), runOf(...events), []);
        const [params, metrics, tags] = await Promise.all(
          ['params', 'metrics', 'tags'].map(name => textsIn(join(path, name))),
        );
        for (const name of [params, metrics, tags].flatMap(texts => Object.keys(texts!)))
          expect(name).toMatch(validName);
        for (const value of Object.values(params!)) expect(value.length).toBeLessThanOrEqual(6_000);
        for (const text of Object.values(metrics!)) historyOf(text);
        const { begun } = runOf(...events);
        const { name } = await yamlOf(join(path, '..', 'meta.yaml'));
        expect(name).toBe(begun.scenario);
      }),
      { numRuns: 40 },
    );
  });
});

describe('names in MLflow', () => {
  it('are paths that stay what they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('.', '/', ' ', 'a', 'é', '\\', ':', '%'), maxLength: 300 }),
        name => {
          const taken = mlflowName(name);
          expect(taken).toMatch(/^[\w.\- ]{1,250}$/);
          expect(['.', '..']).not.toContain(taken);
        },
      ),
    );
  });

  it('are given once', () => {
    expect([
      ...named([
        ['a/b', 1],
        ['a:b', 2],
        ['A_b', 3],
        ['c', 4],
      ]),
    ]).toEqual([
      ['a_b', 1],
      ['a_b-2', 2],
      ['A_b-3', 3],
      ['c', 4],
    ]);
  });

  it('and values are cut where they are too long', async () => {
    const settings = { note: 'x'.repeat(7_000) };
    const path = await writeMlflowRun(join(folder, 'mlruns'), runOf({ ...begun, settings }), []);
    expect((await textsIn(join(path, 'params'))).note).toBe(`${'x'.repeat(5_999)}…`);
  });
});
