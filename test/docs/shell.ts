import { type CodeBlock, codeBlocks, readDocuments } from './documents.ts';

/** A block that a reader types into a shell, and the document that has it. */
export interface ShellBlock extends CodeBlock {
  readonly path: string;
}

const shells = new Set(['sh', 'bash', 'console', 'shell']);

/** The blocks of all documents that are for a shell. */
export function shellBlocks(): ShellBlock[] {
  return [...readDocuments()].flatMap(([path, text]) =>
    codeBlocks(text)
      .filter(({ language }) => shells.has(language))
      .map(block => ({ path, ...block })),
  );
}

/** Commands of a block: comments and what is read from it left out, lines joined that a backslash continues, lists split. */
export function commandsOf(code: string): string[] {
  return code
    .replaceAll(/<<'(\w+)'\n[\s\S]*?\n\1$/gm, '')
    .replaceAll('\\\n', ' ')
    .replaceAll(/ '\{[^']*'/g, data => data.replaceAll('\n', ' '))
    .split('\n')
    .map(line => line.replace(/(^| )#( .*)?$/, '').trim())
    .filter(line => line !== '')
    .flatMap(line => line.split(' && '));
}

/** The words of a command without their quotes, variables before it left out, and `npx` before a program of this repository. */
export function wordsOf(command: string): string[] {
  const words = [...command.matchAll(/(?:\$\([^)]*\)|"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/["']/g, ''),
  );
  while (/^[A-Z_]+=/.test(words[0] ?? '')) words.shift();
  if (words[0] === 'npx' && words[1] === 'murmuration') words.shift();
  return words;
}

/** What a curl asks for: its path without the query. */
export interface CurlRequest {
  readonly method: string;
  readonly path: string;
}

const curls = /(?:^|[\s({;])curl ((?:"[^"]*"|'[^']*'|[^\n;'"])*)/g;
const takesValue = /^(?:-[a-zA-Z]*[HXdoDw]|--(?:data(?:-\w+)?|header|request|output))$/;

/** The requests that the curls of a block make, in whatever they stand. */
export function curlRequests(code: string): CurlRequest[] {
  return [...code.replaceAll('\\\n', ' ').matchAll(curls)].map(([, rest]) => {
    const words = wordsOf(rest!);
    const sends = words.some(word => /^(?:-[a-zA-Z]*d|--data(?:-\w+)?)$/.test(word));
    const at = words.findIndex(word => /^(?:-[a-zA-Z]*X|--request)$/.test(word));
    const address = words.find((word, i) => !word.startsWith('-') && !takesValue.test(words[i - 1] ?? ''));
    const path = address?.replace(/^(?:https?:\/\/[^/]+|\$\w+)/, '').replace(/\?.*$/, '') ?? '';
    return { method: at < 0 ? (sends ? 'POST' : 'GET') : (words[at + 1] ?? ''), path };
  });
}
