import ts from 'typescript';

const testFunctions = new Set(['it', 'test', 'describe']);

/** The rules of SPEC.md that the titles of a file's tests begin with, in their order. */
export function citedRules(path: string, text: string): string[] {
  const rules: string[] = [];
  function visit(node: ts.Node): void {
    if (ts.isCallExpression(node)) rules.push(...titlesOf(node).flatMap(rulesOf));
    ts.forEachChild(node, visit);
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return rules;
}

/** The title of a test, or, where it begins with what each row begins with, the beginnings of the rows. */
function titlesOf({ expression, arguments: [title] }: ts.CallExpression): string[] {
  if (title === undefined || !testFunctions.has(rootOf(expression) ?? '')) return [];
  const text = textOf(title);
  if (text === undefined) return [];
  if (!text.startsWith('%s') || !ts.isCallExpression(expression)) return [text];
  const [table] = expression.arguments;
  if (!table || !ts.isArrayLiteralExpression(table)) return [];
  return table.elements
    .map(row => textOf(ts.isArrayLiteralExpression(row) ? row.elements[0] : row))
    .filter(first => first !== undefined);
}

/** `it` of `it.each(…)`. */
function rootOf(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootOf(node.expression);
  return undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.head.text : undefined;
}

/** `AB1`, `AB1, AB2` or `AB1–AB3` before a colon or a space. */
function rulesOf(title: string): string[] {
  const [beginning] = /^[A-Z]{2}\d+(?:(?:, | |–)[A-Z]{2}\d+)*(?=[: ]|$)/.exec(title) ?? [];
  return (beginning?.split(/, | /) ?? []).flatMap(part => {
    const [first, last] = part.split('–') as [string, string?];
    const area = first.slice(0, 2);
    const from = Number(first.slice(2));
    const to = last === undefined ? from : Number(last.slice(2));
    return Array.from({ length: to - from + 1 }, (_, index) => `${area}${from + index}`);
  });
}
