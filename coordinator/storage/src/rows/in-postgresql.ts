import {
  type ColumnDefinitionNode,
  type CreateTableNode,
  DataTypeNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  sql,
} from 'kysely';

/**
 * Map from the column types in migrations to those of PostgreSQL. Text is compared by its bytes, as in
 * SQLite: ids and names have no language.
 */
const types = {
  integer: DataTypeNode.create('bigint'),
  blob: DataTypeNode.create('bytea'),
  real: DataTypeNode.create('double precision'),
  text: sql`text collate "C"`.toOperationNode(),
} as const;

class Columns extends OperationNodeTransformer {
  protected override transformCreateTable(node: CreateTableNode): CreateTableNode {
    // `without rowid` exists only in SQLite.
    const { endModifiers: _, ...table } = super.transformCreateTable(node);
    return table;
  }

  protected override transformColumnDefinition(node: ColumnDefinitionNode): ColumnDefinitionNode {
    const column = super.transformColumnDefinition(node);
    if (column.autoIncrement) {
      const { autoIncrement: _, ...counted } = column;
      return { ...counted, dataType: DataTypeNode.create('bigserial') };
    }
    const { dataType } = column;
    const name = DataTypeNode.is(dataType) ? dataType.dataType : '';
    return typeof name === 'string' && name in types
      ? { ...column, dataType: types[name as keyof typeof types] }
      : column;
  }
}

const columns = new Columns();

/** Plugin that makes migrations written for SQLite create the same tables in PostgreSQL. */
export const inPostgresql: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => columns.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
};
