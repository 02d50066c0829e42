import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { rootFolder } from '../../../../scripts/prepare.mjs';

/** Modules that a source loads before it runs: without types, and without what it imports later. */
function loadedBy(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  return file.statements.flatMap(each => {
    if (ts.isImportDeclaration(each)) {
      const { importClause: clause, moduleSpecifier } = each;
      const named = clause?.namedBindings;
      const isOfTypes =
        clause?.isTypeOnly ||
        (clause &&
          !clause.name &&
          named &&
          ts.isNamedImports(named) &&
          named.elements.every(one => one.isTypeOnly));
      return isOfTypes ? [] : [(moduleSpecifier as ts.StringLiteral).text];
    }
    return ts.isExportDeclaration(each) && each.moduleSpecifier && !each.isTypeOnly
      ? [(each.moduleSpecifier as ts.StringLiteral).text]
      : [];
  });
}

/** Packages from elsewhere that load with these sources, and with all that they load. */
function packagesLoadedBy(...paths: string[]): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const name of loadedBy(path)) {
      const [, own, room] = /^(@murmuration\/[^/]+)\/(.+)$/.exec(name) ?? [];
      if (name.startsWith('.')) visit(resolve(dirname(path), name));
      else if (own !== undefined)
        visit(realpathSync(join(rootFolder, 'node_modules', own, 'src', `${room}.ts`)));
      else if (!name.startsWith('node:')) packages.add(name.replace(/^((?:@[^/]+\/)?[^/]+).*$/, '$1'));
    }
  };
  for (const path of paths) visit(path);
  return packages;
}

const source = (name: string) => join(rootFolder, 'coordinator/cli/src', `${name}.ts`);

/** Packages that take long to load, or much memory. */
const heavy =
  /^(?:@fastify\/|@grpc\/|@tensorflow\/|aws4fetch$|fastify$|kysely$|libsql$|onnxruntime|pg$|pino$|piscina$|socket\.io)/;
const heavyOnesOf = (...paths: string[]) => [...packagesLoadedBy(...paths)].filter(name => heavy.test(name));

it('the help, which loads every command, loads nothing heavy', () => {
  const commands = readdirSync(join(rootFolder, 'coordinator/cli/src/commands'));
  expect(commands.length).toBeGreaterThan(20);
  const sources = commands.map(file => source(`commands/${file.replace('.ts', '')}`));
  expect(heavyOnesOf(source('run'), source('program'), ...sources)).toEqual([]);
});

it('what heavy things a coordinator loads is found', () => {
  expect(heavyOnesOf(source('serve/run-coordinator'))).toEqual(expect.arrayContaining(['fastify', 'pino']));
});
