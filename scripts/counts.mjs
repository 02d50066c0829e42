// What the sources of the project count, which its budget bounds.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { rootFolder } from './prepare.mjs';

/** Code lines that a function may have outside kernels. */
const longest = 120;
/** Columns that a line of a comment may have. */
const widest = 110;

/** Begin a docstring that has to be read twice. */
const question = /^\/\*\*[\s*]*(?:What|Whether|Of|Where|By|As)\b/;

/** @typedef {{ path: string, text: string, file: ts.SourceFile, comments: ts.CommentRange[] }} Source */

/** Files of the repository that are there. @param {...string} asked */
const git = (...asked) =>
  execFileSync('git', ['ls-files', ...asked], { cwd: rootFolder, encoding: 'utf8', maxBuffer: 1e8 })
    .split('\n')
    .filter(path => path !== '' && existsSync(join(rootFolder, path)));

/** Those under these patterns of git, committed or to be. @param {...string} patterns */
const listed = (...patterns) =>
  git('--cached', '--others', '--exclude-standard', '--deduplicate', ...patterns);

/** @param {string} path */
const read = path => readFileSync(join(rootFolder, path), 'utf8');

/** @param {string} path */
const isKernel = path => /^(?:engine|protocol)\/assembly\//.test(path);

/** @param {string} path @returns {Source} */
function sourceOf(path) {
  const text = read(path);
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
  const comments = new Map();
  /** @param {ts.Node} node */
  const visit = node => {
    for (const range of ts.getLeadingCommentRanges(text, node.pos) ?? []) comments.set(range.pos, range);
    for (const range of ts.getTrailingCommentRanges(text, node.end) ?? []) comments.set(range.pos, range);
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  return { path, text, file, comments: [...comments.values()] };
}

/** A source with blanks in place of its comments. @param {string} text @param {readonly ts.TextRange[]} comments */
function withoutComments(text, comments) {
  let code = text;
  for (const { pos, end } of comments)
    code = code.slice(0, pos) + code.slice(pos, end).replace(/[^\n]/g, ' ') + code.slice(end);
  return code;
}

/** Lines that are not blank. @param {string} code */
const count = code => code.split('\n').filter(line => line.trim() !== '').length;

/** @param {Source} source @param {string} code */
function longFunctions({ file }, code) {
  const found = /** @type {string[]} */ ([]);
  /** @param {ts.Node} node */
  const visit = node => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const lines = count(code.slice(node.getStart(file), node.end));
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      if (lines > longest) found.push(`${file.fileName}:${line} (${lines} lines)`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** @param {Source} source */
const exportedTypes = ({ file }) =>
  file.statements
    .filter(
      each =>
        (ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each) || ts.isClassDeclaration(each)) &&
        each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
    )
    .map(each => /** @type {ts.ClassDeclaration} */ (each).name?.text ?? '');

/** Rows of the tables of a page whose first cell is code. @param {string} path */
const rows = path =>
  read(path)
    .split('\n')
    .filter(line => /^\| `/.test(line)).length;

/**
 * Names of a page of reference that go no further in another: settings, but not objects whose fields have rows; commands with none below.
 * @param {string} path @param {RegExp} name @param {string} separator
 */
function leaves(path, name, separator) {
  const names = [...read(path).matchAll(name)].map(([, each]) => String(each));
  return names.filter(each => !names.some(other => other.startsWith(each + separator)));
}

/** Commands of the program, from the page that is written from it. */
export const commands = () => leaves('docs/reference/cli.md', /^## (murmuration.*)$/gm, ' ');

/** Places in the navigation of the dashboard, from where they are defined. */
function dashboardPlaces() {
  const { file } = sourceOf('coordinator/dashboard/src/context/routes.ts');
  const definition = file.statements
    .flatMap(each => (ts.isVariableStatement(each) ? each.declarationList.declarations : []))
    .find(({ name }) => name.getText(file) === 'places');
  const [places] = definition?.initializer?.getChildren(file) ?? [];
  if (!places || !ts.isObjectLiteralExpression(places)) throw new Error('The dashboard defines no places.');
  return places.properties.length;
}

/** @param {string} text */
export const words = text => text.split(/\s+/).filter(word => /[\p{L}\p{N}]/u.test(word)).length;

/** @param {readonly string[]} paths */
const wordsIn = paths => paths.reduce((sum, path) => sum + words(read(path)), 0);

/** Counts the sources, pages and settings of the project; `long` names the functions that are too long. */
export function counts() {
  const packages = /** @type {Record<string, number>} */ ({});
  const made = git('--others', '--ignored', '--exclude-standard', ':(glob)*/src/**/*.js');
  const generated = made.reduce((sum, path) => sum + count(read(path)), 0);
  const totals = { product: 0, examples: 0, programs: 0, studies: 0, generated };
  const long = /** @type {string[]} */ ([]);
  const names = /** @type {Map<string, number>} */ (new Map());
  let docstringsByQuestion = 0;
  let longComments = 0;
  const { workspaces } = JSON.parse(read('package.json'));
  for (const path of listed('*.ts', '*.tsx', '*.mjs', '*.js', '*.css', '*.html')) {
    if (/^(?:test|docs)\/|^[^/]+$|\.d\.ts$/.test(path)) continue;
    const room =
      workspaces.find(/** @param {string} folder */ folder => path.startsWith(`${folder}/`)) ??
      path.slice(0, path.indexOf('/'));
    const source = /\.(?:css|html)$/.test(path) ? undefined : sourceOf(path);
    const code = source
      ? withoutComments(source.text, source.comments)
      : read(path).replace(/\/\*.*?\*\/|<!--.*?-->/gs, '');
    const lines = count(code);
    // A program that shows the product; `npm run examples` bounds it.
    if (existsSync(join(rootFolder, /^examples\/[^/]+\//.exec(path)?.[0] ?? '', 'start.js'))) {
      totals.programs += lines;
      continue;
    }
    totals.product += lines;
    packages[room] = (packages[room] ?? 0) + lines;
    if (!source || !/\.tsx?$/.test(path)) continue;
    if (room === 'examples') totals.examples += lines;
    if (room === 'simulations/studies') totals.studies += lines;
    if (!isKernel(path)) long.push(...longFunctions(source, code));
    for (const name of exportedTypes(source)) names.set(name, (names.get(name) ?? 0) + 1);
    for (const { pos, end } of source.comments) {
      const text = source.text.slice(pos, end);
      if (question.test(text)) docstringsByQuestion += 1;
      const lineStart = source.text.lastIndexOf('\n', pos - 1) + 1;
      const whole = source.text.slice(lineStart, end).split('\n');
      longComments += whole.filter(line => line.length > widest).length;
    }
  }
  const prose = listed('*.md').filter(
    path => !/^docs\/reference\/(?!specification)|\.api\.md$|^\.changeset\/|^docs\/benchmarks\//.test(path),
  );
  const guides = prose.filter(path => path.startsWith('docs/guides/'));
  return {
    ...totals,
    packages,
    settings: ['configuration', 'task', 'limits'].flatMap(page =>
      leaves(`docs/reference/${page}.md`, /^\| `([a-z][^`]*)` \|/gm, '.'),
    ).length,
    commands: commands().length,
    routes: rows('docs/reference/http.md'),
    exports: listed('*.api.md').reduce((sum, path) => sum + (read(path).match(/^export /gm) ?? []).length, 0),
    longFunctions: long.length,
    docstringsByQuestion,
    longComments,
    doubleNames: [...names.values()].filter(times => times > 1).length,
    dashboardPlaces: dashboardPlaces(),
    guides: guides.length,
    guideWords: wordsIn(guides),
    proseWords: wordsIn(prose),
    long,
  };
}
