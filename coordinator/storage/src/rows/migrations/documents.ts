import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Adds one table for JSON documents of features, and moves those into it that had their own tables. */
export const documents: Migration = {
  name: 'documents',
  async up(database, kind) {
    const { schema } = database;
    await schema
      .createTable('documents')
      .addColumn('kind', 'text', column => column.notNull())
      .addColumn('scope', 'text', column => column.notNull())
      .addColumn('key', 'text', column => column.notNull())
      .addColumn('at', 'integer', column => column.notNull())
      .addColumn('value', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('documents_once', ['kind', 'scope', 'key'])
      .execute();
    await schema.createIndex('documents_newest').on('documents').columns(['kind', 'scope', 'at']).execute();
    const object = kind === 'sqlite' ? 'json_object' : 'json_build_object';
    const json = (column: string) => (kind === 'sqlite' ? `json(${column})` : `cast(${column} as json)`);
    /** Returns the SQL of a JSON object with these columns. */
    const made = (columns: Readonly<Record<string, string>>) => {
      const members = Object.entries(columns).map(([name, column]) => `'${name}', ${column}`);
      return `cast(${object}(${members.join(', ')}) as text)`;
    };
    const number = 'cast(number as text)';
    const moved: readonly [
      table: string,
      kind: string,
      scope: string,
      key: string,
      at: string,
      value: string,
    ][] = [
      ['paused_tasks', 'paused-task', 'task', "''", '0', "'true'"],
      ['promotion_watches', 'promotion-watch', 'task', "''", '0', 'watch'],
      ['added_tasks', 'added-task', 'task', "''", 'added_at', made(addedTask)],
      [
        'task_settings',
        'task-settings',
        'task',
        "''",
        'changed_at',
        made({ ...settings, settings: json('settings') }),
      ],
      ['added_words', 'added-words', 'task', "''", 'added_at', made({ ...addedWords, words: json('words') })],
      ['rejected_words', 'rejected-word', 'task', 'word', 'rejected_at', made({ by: 'rejected_by' })],
      ['aliases', 'alias', 'task', 'alias', 'set_at', made(alias)],
      ['gate_decisions', 'gate-decision', 'task', number, 'number', 'decision'],
      ['silences', 'silence', 'task', 'rule', 'until', made({ ...silence, task: "nullif(task, '')" })],
      ['sessions', 'session', "''", 'digest', 'expires_at', made(session)],
      ['retraining', 'retraining', 'task', "''", '0', 'state'],
      ['training_runs', 'training-run', 'task', number, 'number', 'run'],
      ['trigger_records', 'trigger-record', 'task', number, 'number', 'record'],
      ['query_results', 'query-result', "task || '/' || query", number, 'number', 'result'],
      ['wanted_queries', 'wanted-query', 'task', 'query', 'at', "'true'"],
      [
        'live_accuracy',
        'live-accuracy',
        'model',
        "version || ' ' || cast(hour as text)",
        'hour',
        made({ version: 'version', sums: json('sums') }),
      ],
      ['tracking_aliases', 'tracked-aliases', 'task', "''", '0', 'aliases'],
    ];
    for (const [table, ...columns] of moved) {
      const [name, scope, key, at, value] = columns;
      await sql
        .raw(
          `insert into documents (kind, scope, key, at, value) select '${name}', ${scope}, ${key}, ${at}, ${value} from ${table}`,
        )
        .execute(database);
      await schema.dropTable(table).execute();
    }
  },
};

const addedTask = { task: 'task', file: 'file', addedAt: 'added_at', addedBy: 'added_by' };
const settings = {
  task: 'task',
  planVersion: 'plan_version',
  changedAt: 'changed_at',
  changedBy: 'changed_by',
};
const addedWords = { task: 'task', addedAt: 'added_at', addedBy: 'added_by' };
const alias = {
  task: 'task',
  alias: 'alias',
  number: 'number',
  model: 'model',
  newest: 'newest',
  setAt: 'set_at',
  setBy: 'set_by',
};
const silence = { rule: 'rule', until: 'until', by: 'set_by' };
const session = { digest: 'digest', token: 'token', openedAt: 'opened_at', expiresAt: 'expires_at' };
