import { operatorToken, type World } from './world.ts';

/** One way to call a route: its path with names in braces, and a body that its schema allows. */
export interface Route {
  readonly path: string;
  readonly method: string;
  readonly body: unknown;
}

/** The parts of a JSON schema that the coordinator's bodies are written in. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minimum?: number;
}

interface Operation {
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

/** What the coordinator says of itself in its OpenAPI document. */
export async function routesOf(url: string): Promise<readonly Route[]> {
  const headers = { authorization: `Bearer ${operatorToken.text}` };
  const document = await (await fetch(`${url}/openapi.json`, { headers })).json();
  const { paths } = document as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { requestBody }]) => ({
      path,
      method: method.toUpperCase(),
      body: sampleOf(requestBody?.content?.['application/json']?.schema),
    })),
  );
}

function sampleOf(schema: Schema | undefined): unknown {
  if (!schema) return undefined;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return sampleOf(schema.anyOf[0]);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, sampleOf(inner)]),
      );
    case 'array':
      return [sampleOf(schema.items)];
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'string':
      return 'somebody';
    default:
      return null;
  }
}

/** Something that a name in a path may stand for. An operator's hands stay off the healthy cohort: to pause its task is no fault. */
export function parameterOf(world: World, name: string, isSteering: boolean): string {
  const { dice, models } = world;
  const { round, assignment } = world.assignment();
  switch (name) {
    case 'task':
      return dice.pick(isSteering ? ['masked', 'plain'] : ['line', 'masked', 'plain']);
    case 'round':
      return round;
    case 'assignment':
      return assignment;
    case 'model':
      return models.length > 0 ? dice.pick(models) : '0'.repeat(64);
    case 'weights':
      return `${'0'.repeat(64)}.bin`;
    default:
      return dice.pick([round, 'A'.repeat(22), 'A'.repeat(16), '1']);
  }
}
