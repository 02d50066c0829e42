export { openSql, type SqlDatabase, type SqlOptions } from './database/database.ts';
export type { Value } from './values/value.ts';
