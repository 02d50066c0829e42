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

/** The comments of the properties of a schema's source, by their path below `prefix`, such as `retention.versions`. */
export function propertyComments(file: string, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  function visit(node: ts.Node, path: string): void {
    let below = path;
    if (ts.isPropertyAssignment(node) && (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name))) {
      below = path === '' ? node.name.text : `${path}.${node.name.text}`;
      const comment = commentOf(node);
      if (comment !== '' && !found.has(below)) found.set(below, comment);
    }
    ts.forEachChild(node, child => visit(child, below));
  }
  visit(parse(file), prefix);
  return found;
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
