import * as z from 'zod';

interface Described {
  readonly properties?: Readonly<Record<string, Described>>;
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
}

/** Where each setting of a schema lies, such as `plan.learningRate`. */
export function settingPaths(schema: z.ZodType): string[] {
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  return [...new Set(pathsOf(described as Described, ''))];
}

function pathsOf({ properties, anyOf = [], oneOf = [] }: Described, prefix: string): string[] {
  const inside = Object.entries(properties ?? {}).flatMap(([name, each]) =>
    pathsOf(each, prefix === '' ? name : `${prefix}.${name}`),
  );
  const choices = [...anyOf, ...oneOf].flatMap(each => pathsOf(each, prefix).filter(path => path !== prefix));
  const deeper = [...inside, ...choices];
  return prefix === '' || deeper.length > 0 ? deeper : [prefix];
}
