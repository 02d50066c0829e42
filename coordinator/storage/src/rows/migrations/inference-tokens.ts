import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Adds tokens of programs for the inference server. */
export const inferenceTokens: Migration = {
  name: 'inference-tokens',
  async up({ schema }) {
    await schema
      .createTable('inference_tokens')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('digest', 'blob', column => column.notNull())
      .addColumn('name', 'text', column => column.notNull())
      .addColumn('rights', 'text', column => column.notNull())
      .addColumn('rate', 'text')
      .addColumn('quota', 'text')
      .addColumn('created_at', 'integer', column => column.notNull())
      .addColumn('expires_at', 'integer')
      .addColumn('revoked_at', 'integer')
      .modifyEnd(sql`without rowid`)
      .execute();
  },
};
