import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The texts of the repository that people read, by path; pages that typedoc makes are none. */
export function readDocuments(): Map<string, string> {
  const listed = (folder: string) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .map(path => `${folder}${path.replaceAll('\\', '/')}`)
      .filter(path => path.endsWith('.md') && !/\/(api|node_modules|dist|cache)\//.test(path));
  const single = readdirSync(root).filter(path => path.endsWith('.md'));
  const paths = [
    ...single,
    ...listed('docs/'),
    ...listed('protocol/'),
    ...readmes(''),
    ...readmes('coordinator/'),
    ...readmes('examples/'),
    ...readmes('serving/'),
    'test/vectors/README.md',
  ];
  return new Map(
    paths.filter(path => existsSync(root + path)).map(path => [path, readFileSync(root + path, 'utf8')]),
  );
}

/** Where the folders of a folder may have a page of their own, after that of the folder. */
function readmes(folder: string): string[] {
  const folders = readdirSync(`${root}${folder}`, { withFileTypes: true }).filter(
    entry => entry.isDirectory() && !/^(\..*|docs|node_modules|protocol)$/.test(entry.name),
  );
  return [`${folder}README.md`, ...folders.map(({ name }) => `${folder}${name}/README.md`)];
}

/** A document without what is code: fences, spans in backticks, comments. */
export function proseOf(text: string): string {
  return text
    .replaceAll(/^( *)```.*\n[\s\S]*?^\1```$/gm, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/`[^`\n]*`/g, '``');
}

/** A fenced block of code, and what the comment before it says. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  readonly line: number;
  /** `given`: declarations that the code takes for granted; `file`: its name beside the other files of its page; `run`: it can run. */
  readonly given?: string | undefined;
  readonly file?: string | undefined;
  readonly run: boolean;
}

export function codeBlocks(text: string): CodeBlock[] {
  const blocks = /(?:^<!-- (given|file|run)(?:: ([\s\S]*?))? -->\n)?^( *)```(\w*)\n([\s\S]*?)^\3```$/gm;
  return [...text.matchAll(blocks)].map(({ index, 1: kind, 2: value, 3: indent, 4: language, 5: code }) => ({
    language: language!,
    // In a list, all its lines are indented.
    code: code!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    line: text.slice(0, index).split('\n').length,
    given: kind === 'given' ? value : undefined,
    file: kind === 'file' ? value : undefined,
    run: kind === 'run',
  }));
}
