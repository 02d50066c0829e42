import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { worstText } from '../backtracking.ts';
import { readSources } from './sources.ts';

/** Packages whose texts come from outside. */
const packages = [
  'client-sdk',
  'coordinator/api',
  'coordinator/cli',
  'coordinator/lifecycle',
  'coordinator/rounds',
  'coordinator/server',
  'coordinator/storage',
  'engine',
  'monitoring',
  'privacy',
  'protocol',
  'serving/client',
  'serving/server',
  'sql',
];

/** All regular expressions of a source, each with its line. */
function expressionsOf(
  path: string,
  text: string,
): { readonly where: string; readonly expression: RegExp }[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: { where: string; expression: RegExp }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      const expression = new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
      found.push({ where: `${path}:${line} ${node.text}`, expression });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe('regular expressions', () => {
  it('are found that take long, and are not where they do not', () => {
    for (const slow of [
      /(a+)+$/,
      /\s+$/,
      /^-?(?:\d+\.?\d*|\.\d+)$/,
      /"(?:[^"\\]|\\.)*"/,
      /\s*;\s*/,
      /[^/]+$/,
    ])
      expect([slow, worstText(slow)]).toEqual([slow, expect.any(String)]);
    for (const quick of [/^a+$/, /\d{16}/, /^-?(?:\d+(?:\.\d*)?|\.\d+)$/, /;\s*$/, /<Key>([^<]*)<\/Key>/g])
      expect([quick, worstText(quick)]).toEqual([quick, undefined]);
  });

  it('take no more than twice as long on a text that is twice as long, in all packages that meet texts from outside', () => {
    const slow: string[] = [];
    let count = 0;
    for (const [path, text] of readSources(packages.map(name => `${name}/src`)))
      for (const { where, expression } of expressionsOf(path, text)) {
        count += 1;
        const worst = worstText(expression);
        if (worst !== undefined) slow.push(`${where}: ${worst}`);
      }
    expect(slow).toEqual([]);
    expect(count).toBeGreaterThan(200);
  });
});
