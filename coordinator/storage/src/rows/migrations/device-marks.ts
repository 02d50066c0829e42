import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Adds the recent behaviour of devices in the rounds of each task. */
export const deviceMarks: Migration = {
  name: 'device-marks',
  async up({ schema }) {
    await schema
      .createTable('device_marks')
      .addColumn('task', 'text', column => column.notNull())
      .addColumn('device', 'text', column => column.notNull())
      .addColumn('failures', 'integer', column => column.notNull())
      .addColumn('in_row', 'integer', column => column.notNull())
      .addColumn('failed_at', 'integer', column => column.notNull())
      .addColumn('apart_until', 'integer', column => column.notNull())
      .addColumn('silences', 'integer', column => column.notNull())
      .addColumn('silent_until', 'integer', column => column.notNull())
      .addColumn('delays', 'integer', column => column.notNull())
      .addColumn('changed_at', 'integer', column => column.notNull())
      .addPrimaryKeyConstraint('device_mark_of_task', ['task', 'device'])
      .modifyEnd(sql`without rowid`)
      .execute();
    await schema.createIndex('device_marks_of').on('device_marks').columns(['device']).execute();
    await schema
      .createIndex('device_marks_changed')
      .on('device_marks')
      .columns(['task', 'changed_at'])
      .execute();
  },
};
