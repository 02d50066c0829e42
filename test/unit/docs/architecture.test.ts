import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from '../../docs/documents.ts';

const text = readFileSync(`${root}ARCHITECTURE.md`, 'utf8');
const section = (heading: string): string =>
  text.split(/^## /m).find(part => part.startsWith(`${heading}\n`)) ?? '';

/** The table of the layers test, read from its source: importing it would run it. */
function tableOfLayers(): Map<string, string[]> {
  const source = ts.createSourceFile(
    'layers.test.ts',
    readFileSync(`${root}test/unit/layers.test.ts`, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = new Map<string, string[]>();
  const nameOf = (node: ts.PropertyName) => (node as ts.Identifier | ts.StringLiteral).text;
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (name.getText() !== 'mayImport' || !initializer || !ts.isObjectLiteralExpression(initializer))
        continue;
      for (const property of initializer.properties as ts.NodeArray<ts.PropertyAssignment>) {
        const imports = (property.initializer as ts.ArrayLiteralExpression).elements;
        found.set(nameOf(property.name), imports.map(each => (each as ts.StringLiteral).text).toSorted());
      }
    }
  }
  return found;
}

describe('ARCHITECTURE.md', () => {
  it('has at most 150 lines', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it('says of the layers what their test holds', () => {
    const rows = [...section('Layers').matchAll(/^\| `([^`]+)` \|([^|]*)\|/gm)];
    const written = new Map(
      rows.map(([, name, imports]) => [
        name!,
        [...imports!.matchAll(/`([^`]+)`/g)].map(([, each]) => each!).toSorted(),
      ]),
    );
    const held = tableOfLayers();
    expect(held.size).toBeGreaterThan(5);
    held.delete('test');
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(held));
  });

  it('walks to four places in at most five steps each', () => {
    const walks = section('Walks')
      .split(/\n(?=Where )/)
      .slice(1);
    expect(walks.map(walk => walk.split('\n')[0])).toEqual([
      'Where a round is decided:',
      'Where an update is added:',
      "Where a device's secrets live:",
      "Where a page's words are:",
    ]);
    for (const walk of walks) {
      const steps = [...walk.matchAll(/^\d+\. `[^`]+\/[^`]+`/gm)];
      expect(steps.length).toBe([...walk.matchAll(/^\d+\. /gm)].length);
      expect(steps.length).toBeGreaterThan(0);
      expect(steps.length).toBeLessThanOrEqual(5);
    }
  });
});
