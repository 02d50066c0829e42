// What the entries of a package export, as one list: each name and signature once.

/**
 * The declarations of the reports of all entries by their names, a blank line between two; of several entries, each says which have it.
 * @param {readonly (readonly [entry: string, report: string])[]} reports As API Extractor writes them.
 */
export function exportsOf(reports) {
  /** @type {Map<string, string[]>} */
  const entriesOf = new Map();
  for (const [entry, report] of reports)
    for (const declaration of declarationsOf(report)) {
      const entries = entriesOf.get(declaration) ?? [];
      // One that stands twice in a report is one export.
      if (!entries.includes(entry)) entriesOf.set(declaration, [...entries, entry]);
    }
  return [...entriesOf]
    .toSorted(([one], [other]) => compare(nameOf(one), nameOf(other)))
    .map(([declaration, entries]) =>
      reports.length > 1 ? `// ${entries.join(', ')}\n${declaration}\n` : `${declaration}\n`,
    )
    .join('\n');
}

/**
 * Without what is for readers of the code, and without imports: what is exported as another module has it names that module.
 * @param {string} report
 */
function declarationsOf(report) {
  const code = /^```ts\n([\s\S]*)^```$/m.exec(report)?.[1] ?? report;
  const statements = code
    .replaceAll(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '')
    .replaceAll(/^ *\/\/.*\n/gm, '')
    .split(/\n{2,}/)
    .flatMap(block => (/^import /m.test(block) ? block.split('\n') : [block]))
    .map(block => block.trim())
    .filter(block => block !== '');
  /** @type {Map<string, string>} */
  const sources = new Map();
  for (const [, name, source] of statements
    .join('\n')
    .matchAll(/^import (?:type )?\{ (.+) \} from ('.+');$/gm))
    sources.set(/** @type {string} */ (name), /** @type {string} */ (source));
  return statements
    .filter(block => !block.startsWith('import '))
    .map(block =>
      block.replace(/^export \{ (.+) \}$/, (whole, name) =>
        sources.has(name) ? `export { ${name} } from ${sources.get(name)};` : whole,
      ),
    );
}

/** @param {string} declaration */
function nameOf(declaration) {
  const exported = /^export \{ (?:.+ as )?([\w$]+) \}/m.exec(declaration);
  const declared =
    /^(?:export |default |declare |abstract )*(?:class|const|enum|function|interface|let|namespace|type) ([\w$]+)/.exec(
      declaration,
    );
  return (exported ?? declared)?.[1] ?? declaration;
}

/** Unlike that of words, the same on every machine. @param {string} one @param {string} other */
function compare(one, other) {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a !== b) return a < b ? -1 : 1;
  return one < other ? -1 : Number(one > other);
}
