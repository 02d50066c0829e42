import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { scorerOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import { insertMany } from '@murmuration/sql/bulk/insert-many';
import { openSql } from '@murmuration/sql/database/database';
import type { Value } from '@murmuration/sql/values/value';
import { parse } from 'csv-parse';
import { sql } from 'kysely';
import { seededRandom } from '../../seeded-random.ts';
import { type BenchmarkOptions, type Figures, round } from '../benchmark.ts';
import { placeModel } from './place-model.ts';
import { precomputeProcess } from './process.ts';

const inputs = 100;
const units = 10;
const standardRows = 1_000_000;
/** Rows of the part that is run undisturbed, and killed three times. */
const killedShare = 0.2;

/**
 * Rows a second of a precompute job: CSV through a dense model of 100 → 10 into SQLite, by `murmuration precompute` in a process of its own; beside
 * the bare engine in batches, the bare CSV library, and bare bulk inserts, one after the other in the same run. Then the same with kill -9, three
 * times in the middle. `args`: another number of rows.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const rows = args[0] === undefined ? standardRows : Number(args[0]);
  if (!Number.isSafeInteger(rows) || rows < 10_000 || args.length > 1)
    throw new Error('The benchmark precompute takes a number of rows, 10,000 at least.');
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-bench-precompute-'));
  try {
    await startBackend();
    const model = dense();
    await placeModel(join(folder, 'models'), 'small', describeModel(model));
    const file = join(folder, 'in.csv');
    await writeRows(file, rows);
    log(`${rows} rows are written`);

    const parsedBefore = await seconds(() => bareParse(file));
    const engineRate = rows / (await seconds(() => bareEngine(model, rows)));
    log(`bare engine: ${engineRate.toFixed(0)} rows/s`);
    const insertRate = rows / (await seconds(() => bareInserts(join(folder, 'bare.db'), rows)));
    log(`bare inserts: ${insertRate.toFixed(0)} rows/s`);

    const whole = await precomputeProcess({ folder, file, into: join(folder, 'whole.db') }).ended();
    // Before and after, since a machine is not always as fast.
    const parseRate = (2 * rows) / (parsedBefore + (await seconds(() => bareParse(file))));
    log(`bare parsing: ${parseRate.toFixed(0)} rows/s`);
    const rowsPerSecond = rows / whole.seconds;
    const slowest = Math.min(parseRate, engineRate, insertRate);
    log(
      `precompute: ${rowsPerSecond.toFixed(0)} rows/s, ${(rowsPerSecond / slowest).toFixed(3)} of the slowest`,
    );

    const part = join(folder, 'part.csv');
    await writeRows(part, Math.round(rows * killedShare));
    await precomputeProcess({ folder, file: part, into: join(folder, 'undisturbed.db') }).ended();
    const killed = join(folder, 'killed.db');
    for (let attempt = 1; attempt <= 3; attempt++) {
      await precomputeProcess({ folder, file: part, into: killed }).killedAfter(attempt);
      log(`killed in start ${attempt}`);
    }
    const last = await precomputeProcess({ folder, file: part, into: killed }).ended();
    const equalAfterKills = (await digestOf(killed)) === (await digestOf(join(folder, 'undisturbed.db')));
    return {
      rows,
      ratio: round(rowsPerSecond / slowest),
      rowsPerSecond: round(rowsPerSecond),
      parseRowsPerSecond: round(parseRate),
      engineRowsPerSecond: round(engineRate),
      insertRowsPerSecond: round(insertRate),
      peakMB: round(whole.peakMB),
      equalAfterKills,
      rowsReusedAfterKills: last.reused,
      node: process.version,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function dense(): tf.LayersModel {
  const x = tf.input({ shape: [inputs], name: 'x' });
  const y = tf.layers.dense({ units, name: 'y' }).apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: x, outputs: y });
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}

/** Numbers of four decimals, the key in front. */
async function writeRows(path: string, rows: number): Promise<void> {
  const random = seededRandom(1);
  const drawn = new Uint16Array(random(2 * 4_096).slice().buffer);
  const out = createWriteStream(path);
  const names = Array.from({ length: inputs }, (_, at) => `f${at}`);
  out.write(`id,${names.join(',')}\n`);
  // Numbers are drawn once: to draw each would take longer than what is measured.
  const pool = Array.from(drawn, value => (value / 32_768 - 1).toFixed(4));
  for (let row = 0; row < rows; row++) {
    const from = (row * 37) % (pool.length - inputs);
    const line = `r${row},${(row % 1_000) / 1_000},${pool.slice(from, from + inputs - 1).join(',')}\n`;
    if (!out.write(line)) await new Promise<void>(resolve => out.once('drain', resolve));
  }
  out.end();
  await finished(out);
}

/** The library alone: records of texts, which nobody looks at. */
async function bareParse(path: string): Promise<void> {
  const parser = createReadStream(path, { highWaterMark: 1 << 18 }).pipe(parse());
  parser.on('data', () => {});
  await finished(parser);
}

/** The engine alone, in batches of 512 rows that are in memory. */
async function bareEngine(model: tf.LayersModel, rows: number): Promise<void> {
  const scorer = await scorerOf(model);
  const batch = 512;
  const data = Float32Array.from({ length: batch * inputs }, (_, at) => Math.sin(at));
  const positions = Array.from({ length: batch }, (_, at) => at);
  for (let row = 0; row < rows; row += batch) scorer.score(data, { batch, steps: 1 }, positions, () => {});
  await scorer.close();
}

/** Rows as wide as those of a job, into a table like a job's, 4,096 in each transaction. */
async function bareInserts(path: string, rows: number): Promise<void> {
  const database = await openSql(path);
  await sql`create table rows (key text primary key, prediction text not null, model_version text not null, computed_at bigint not null, input_hash text not null)`.execute(
    database.rows,
  );
  const columns = [
    { name: 'key', type: 'text' },
    { name: 'prediction', type: 'text' },
    { name: 'model_version', type: 'text' },
    { name: 'computed_at', type: 'integer' },
    { name: 'input_hash', type: 'text' },
  ] as const;
  const prediction = JSON.stringify(Array.from({ length: units }, (_, at) => Math.fround(Math.sin(at))));
  const hash = 'h'.repeat(22);
  const atOnce = 4_096;
  for (let from = 0; from < rows; from += atOnce) {
    const values: Value[] = [];
    for (let row = from; row < Math.min(rows, from + atOnce); row++)
      values.push(`r${row}`, prediction, '1', row, hash);
    await database.rows
      .transaction()
      .execute(changes =>
        insertMany(changes as never, { kind: 'sqlite', table: 'rows', columns, onConflict: '' }, values),
      );
  }
  await database.close();
}

/** Of all keys, predictions and versions, in the order of keys. */
async function digestOf(path: string): Promise<string> {
  const database = await openSql(path);
  const digest = createHash('sha256');
  for await (const row of database.stream(
    'select key, prediction, model_version from precomputed_bench order by key',
  ))
    digest.update(`${JSON.stringify(row)}\n`);
  await database.close();
  return digest.digest('hex');
}
