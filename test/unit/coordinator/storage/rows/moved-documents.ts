import { trackedAliasesIn } from '@murmuration/lifecycle/tracking/operations';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { Writer } from '@murmuration/sql/writes/writer';
import { documentStores } from '@murmuration/storage/operation/document-stores';
import { sqlDocuments } from '@murmuration/storage/rows/documents';
import { migrate } from '@murmuration/storage/rows/migrate';
import type { Tables } from '@murmuration/storage/rows/schema';
import { type Kysely, sql } from 'kysely';
import { expect, it } from 'vitest';
import { openRows } from './open-rows.ts';

const line = 'line' as TaskName;
const name = 'Ada “the first”, \'x\' \\ "y"\n\u{1F600}';
const model = 'a'.repeat(64);
/** JSON as features wrote it. */
const numbers = '{"number":7,"sum":0.30000000000000004,"tiny":1e-300,"none":null,"odd":{"float":"-0"}}';
const read = { number: 7, sum: 0.1 + 0.2, tiny: 1e-300, none: null, odd: -0 };

const rows: readonly [table: string, values: readonly unknown[]][] = [
  ['paused_tasks', [line]],
  ['promotion_watches', [line, numbers]],
  ['added_tasks', [line, 'line.task.js', 5, name]],
  ['added_tasks', ['plane', 'plane.task.js', 4, name]],
  ['task_settings', [line, 3, `{"plan":${numbers},"masking":"off"}`, 6, name]],
  ['added_words', [line, '["Ångström “x”","\\u0000"]', 7, name]],
  ['rejected_words', [line, "o'k", 8, name]],
  ['rejected_words', [line, 'spam', 9, name]],
  ['aliases', [line, 'champion', 2, model, 3, 10, name]],
  ['gate_decisions', [line, 2, model, `{"model":"${model}","check":${numbers}}`]],
  ['silences', ['disk-filling', '', 2 ** 45, name]],
  ['silences', ['drift', line, 2 ** 45, name]],
  ['sessions', ['d1', 't1', 11, 2 ** 45]],
  ['retraining', [line, numbers]],
  ['training_runs', [line, 7, numbers]],
  ['trigger_records', [line, 7, numbers]],
  ['query_results', [line, 'taken', 7, numbers]],
  ['wanted_queries', [line, 'taken', 12]],
  ['live_accuracy', ['m', '3', 3_600_000, numbers]],
  ['tracking_aliases', [line, '{"champion":2}']],
];

/** What tables of an older version held is read as documents; `fresh` gives an empty database. */
export function documentsAreMoved(fresh: () => Promise<string>): void {
  it('keep all that had tables of its own', async () => {
    const opened = await openRows(await fresh());
    const older = opened.steps.filter(({ name: step }) => step !== 'documents');
    try {
      await migrate(opened.rows, older, opened.kind);
      for (const [table, values] of rows)
        await sql`insert into ${sql.table(table)} values (${sql.join(values)})`.execute(opened.rows);
      await migrate(opened.rows, opened.steps, opened.kind);
      const tables = opened.rows as Kysely<Tables>;
      const documents = sqlDocuments({ rows: tables, writer: new Writer(tables), close: async () => {} });
      const stores = documentStores(documents);
      const silence = { until: 2 ** 45, by: name };
      expect({
        paused: await stores.pausedTasks.all(),
        watches: await stores.promotionWatches.all(),
        tasks: await stores.addedTasks.all(),
        settings: await stores.settings.of(line),
        words: await stores.addedWords.of(line),
        aliases: await stores.aliases.of(line),
        decision: (await stores.gateDecisions.of(line, [2])).get(2),
        silences: await stores.silences.after(0),
        session: await stores.sessions.get('d1'),
        retraining: await stores.runs.state(line),
        run: await stores.runs.run(line, 7),
        runs: await stores.runs.runs(line, 8, 9),
        records: await stores.runs.records(line, 8, 9),
        results: await stores.queryResults.results(line, 'taken', 8, 9),
        wanted: await stores.queryResults.wanted(line),
        accuracy: await stores.accuracy.all(),
        tracked: await trackedAliasesIn(documents).aliases(line),
      }).toEqual({
        paused: new Set([line]),
        watches: [read],
        tasks: [
          { task: 'plane', file: 'plane.task.js', addedAt: 4, addedBy: name },
          { task: line, file: 'line.task.js', addedAt: 5, addedBy: name },
        ],
        settings: {
          task: line,
          planVersion: 3,
          settings: { plan: read, masking: 'off' },
          changedAt: 6,
          changedBy: name,
        },
        words: { task: line, words: ['Ångström “x”', '\0'], addedAt: 7, addedBy: name },
        aliases: [{ task: line, alias: 'champion', number: 2, model, newest: 3, setAt: 10, setBy: name }],
        decision: { task: line, number: 2, model, check: read },
        silences: [
          { rule: 'disk-filling', task: null, ...silence },
          { rule: 'drift', task: line, ...silence },
        ],
        session: { digest: 'd1', token: 't1', openedAt: 11, expiresAt: 2 ** 45 },
        retraining: read,
        run: read,
        runs: [read],
        records: [read],
        results: [read],
        wanted: new Map([['taken', 12]]),
        accuracy: [{ model: 'm', version: '3', from: 3_600_000, sums: read }],
        tracked: { champion: 2 },
      });
      const ats = {
        'added-task': [5, 4],
        'task-settings': [6],
        'added-words': [7],
        'rejected-word': [9, 8],
        alias: [10],
        'gate-decision': [2],
        silence: [2 ** 45, 2 ** 45],
        session: [2 ** 45],
        'training-run': [7],
        'trigger-record': [7],
        'query-result': [7],
        'wanted-query': [12],
      };
      for (const [kind, expected] of Object.entries(ats))
        expect([kind, (await documents.list(kind)).map(({ at }) => at)]).toEqual([kind, expected]);
    } finally {
      await opened.close();
    }
  });
}
