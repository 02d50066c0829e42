import { readFileSync } from 'node:fs';
import ts from 'typescript';

const root = new URL('../../../', import.meta.url);

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(new URL(file, root), 'utf8'), ts.ScriptTarget.Latest, true);
}

/** What the comment of documentation before a node says, in one line; empty where there is none. */
function commentOf(node: ts.Node): string {
  const [last] = ts.getJSDocCommentsAndTags(node).slice(-1);
  const text = last && ts.isJSDoc(last) ? ts.getTextOfJSDocComment(last.comment) : undefined;
  return (text ?? '').replaceAll(/\s+/g, ' ').trim();
}

/** The value of the tag `@default` before a node; empty where there is none. */
function defaultOf(node: ts.Node): string {
  const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === 'default');
  return ts.getTextOfJSDocComment(tag?.comment)?.trim() ?? '';
}

/** What `read` finds before the properties of a schema's source, the first that is not empty of each path below `prefix`. */
function properties(source: ts.Node, prefix: string, read: (node: ts.Node) => string): Map<string, string> {
  const found = new Map<string, string>();
  function visit(node: ts.Node, path: string): void {
    let below = path;
    if (ts.isPropertyAssignment(node) && (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name))) {
      below = path === '' ? node.name.text : `${path}.${node.name.text}`;
      const text = read(node);
      if (text !== '' && !found.has(below)) found.set(below, text);
    }
    ts.forEachChild(node, child => visit(child, below));
  }
  visit(source, prefix);
  return found;
}

/** The constant `name` of a file; all of the file where there is no name. */
function sourceOf(file: string, name: string | undefined): ts.Node {
  const source = parse(file);
  if (name === undefined) return source;
  const found = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find(declaration => ts.isIdentifier(declaration.name) && declaration.name.text === name);
  if (!found) throw new Error(`${file} has no constant ${name}.`);
  return found;
}

/**
 * The comments of the properties of a schema's source, without their tags, by their path below `prefix`, such as `retention.versions`; of the
 * constant `name` only, where a file has schemas with fields of one name.
 */
export function propertyComments(file: string, prefix = '', name?: string): Map<string, string> {
  return properties(sourceOf(file, name), prefix, commentOf);
}

/** The values of the tags `@default` of these properties. */
export function propertyDefaults(file: string, prefix = '', name?: string): Map<string, string> {
  return properties(sourceOf(file, name), prefix, defaultOf);
}

/** A member of an interface: its name, its source without comments, and what its comment says. */
export interface Member {
  readonly name: string;
  readonly text: string;
  readonly comment: string;
}

export function interfaceMembers(file: string, name: string): Member[] {
  const source = parse(file);
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (!found) throw new Error(`${file} has no interface ${name}.`);
  const printer = ts.createPrinter({ removeComments: true });
  return found.members.map(member => ({
    name: (member.name as ts.Identifier | ts.StringLiteral).text,
    text: printer.printNode(ts.EmitHint.Unspecified, member, source),
    comment: commentOf(member),
  }));
}
