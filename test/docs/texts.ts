import ts from 'typescript';

/** The texts of a source that people may read: literals of several words, and what stands between tags. Comments are none. */
export function textsOf(path: string, source: string): string[] {
  const texts: string[] = [];
  function visit(node: ts.Node): void {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node) ||
      ts.isJsxText(node)
    )
      if (/\S\s+\S/.test(node.text)) texts.push(node.text.replaceAll(/\s+/g, ' '));
    ts.forEachChild(node, visit);
  }
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
  return texts;
}
