// The docstrings of zod's fields, which TypeScript leaves out of declarations: zod's types are mapped ones, whose fields it knows to be declared
// elsewhere when an editor asks, and not when it writes them down.
import ts from 'typescript';

/**
 * The text of declarations with the docstrings that an editor shows in their source, each before its field and on its line, so that maps of the
 * declarations hold.
 * @param {string} text
 * @param {ts.SourceFile} source
 * @param {ts.TypeChecker} checker
 */
export function withDocstrings(text, source, checker) {
  if (!text.includes('z.ZodObject<')) return text;
  const types = new Map(
    variablesOf(source).map(({ name }) => [name.getText(source), checker.getTypeAtLocation(name)]),
  );
  /** @type {[at: number, docstring: string][]} */
  const found = [];
  /** @type {(node: ts.TypeNode, type: ts.Type) => void} */
  const visit = (node, type) => {
    if (ts.isTypeOperatorNode(node)) visit(node.type, type);
    // Mostly `{ … } | null`: a field of several is one that all have.
    else if (ts.isUnionTypeNode(node))
      for (const each of node.types) visit(each, checker.getNonNullableType(type));
    else if (ts.isTypeLiteralNode(node))
      for (const member of node.members) {
        if (!ts.isPropertySignature(member) || !member.type) continue;
        const property = type.getProperty(/** @type {ts.Identifier | ts.StringLiteral} */ (member.name).text);
        if (!property) continue;
        const docstring = docstringOf(property, checker);
        if (docstring && ts.getJSDocCommentsAndTags(member).length === 0)
          found.push([member.getStart(), docstring]);
        visit(member.type, checker.getTypeOfSymbol(property));
      }
    else {
      const given = argumentsOf(type, checker);
      for (const [i, inner] of argumentNodesOf(node).entries()) if (given[i]) visit(inner, given[i]);
    }
  };
  for (const { name, type } of variablesOf(ts.createSourceFile('', text, ts.ScriptTarget.Latest, true))) {
    const known = types.get(name.getText());
    if (type && known) visit(type, known);
  }
  return found
    .toSorted(([one], [other]) => other - one)
    .reduce((rest, [at, docstring]) => `${rest.slice(0, at)}${docstring} ${rest.slice(at)}`, text);
}

/** @param {ts.SourceFile} file */
function variablesOf(file) {
  return file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations]);
}

/** @type {(node: ts.TypeNode) => readonly ts.TypeNode[]} */
function argumentNodesOf(node) {
  if (ts.isTypeReferenceNode(node)) return node.typeArguments ?? [];
  if (ts.isTupleTypeNode(node)) return node.elements;
  return ts.isArrayTypeNode(node) ? [node.elementType] : [];
}

/** @type {(type: ts.Type, checker: ts.TypeChecker) => readonly ts.Type[]} */
function argumentsOf(type, checker) {
  if (type.aliasTypeArguments) return type.aliasTypeArguments;
  const isReference = 'objectFlags' in type && Number(type.objectFlags) & ts.ObjectFlags.Reference;
  return isReference ? checker.getTypeArguments(/** @type {ts.TypeReference} */ (type)) : [];
}

/** @type {(property: ts.Symbol, checker: ts.TypeChecker) => string} */
function docstringOf(property, checker) {
  const tags = property
    .getJsDocTags(checker)
    .map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`);
  const words = [ts.displayPartsToString(property.getDocumentationComment(checker)), ...tags]
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return words && `/** ${words} */`;
}
