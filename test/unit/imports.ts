import ts from 'typescript';

/** What a file names in an import, an export from, a dynamic import or an import type. */
export function imports(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(file => file.fileName);
}

/** The sources that a file names by their URL, as it does with workers. */
export function locations(path: string, text: string): string[] {
  // To read a file as a tree takes milliseconds, and few have any.
  if (!text.includes('URL')) return [];
  const found: string[] = [];
  function visit(node: ts.Node): void {
    if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
      const [name] = node.arguments ?? [];
      if (name !== undefined && ts.isStringLiteralLike(name) && /^\..*\.ts$/.test(name.text))
        found.push(name.text);
    }
    ts.forEachChild(node, visit);
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}
