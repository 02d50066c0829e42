import type { Migration } from './migration.ts';

/** Adds the accuracy of versions, by the hour of the predictions. */
export const liveAccuracy: Migration = {
  name: 'live-accuracy',
  async up({ schema }) {
    await schema
      .createTable('live_accuracy')
      .addColumn('model', 'text', column => column.notNull())
      .addColumn('version', 'text', column => column.notNull())
      .addColumn('hour', 'integer', column => column.notNull())
      .addColumn('sums', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('live_accuracy_once', ['model', 'version', 'hour'])
      .execute();
  },
};
