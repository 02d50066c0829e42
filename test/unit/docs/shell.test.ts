import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { murmuration } from '@murmuration/cli/program';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { codeBlocks, readDocuments, root } from '../../docs/documents.ts';
import { readSources } from '../sources.ts';

const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  scripts: Record<string, string>;
};
/** What a system brings; whether these are called rightly no test knows. */
const ofTheSystem = new Set([
  'cat',
  'cd',
  'cp',
  'curl',
  'docker',
  'echo',
  'export',
  'grpcurl',
  'install',
  'kubectl',
  'mkdir',
  'runuser',
  'systemctl',
  'useradd',
]);
const sources = readSources(['scripts', 'simulations', 'test']);

/** Commands of a block, one a line: comments and what is read from it left out, lines joined that a backslash continues. */
function commandsOf(code: string): string[] {
  return code
    .replaceAll(/<<'(\w+)'\n[\s\S]*?\n\1$/gm, '')
    .replaceAll('\\\n', ' ')
    .replaceAll(/ '\{[^']*'/g, data => data.replaceAll('\n', ' '))
    .split('\n')
    .map(line => line.replace(/(^| )#( .*)?$/, '').trim())
    .filter(line => line !== '');
}

const wordsOf = (command: string): string[] =>
  [...command.matchAll(/(?:\$\([^)]*\)|"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/["']/g, ''),
  );

/** Lets every command end where it would begin to work. */
function withoutActions(command: Command): Command {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  if (command.commands.length === 0) command.action(() => {});
  for (const each of command.commands) withoutActions(each as Command);
  return command;
}

async function problemOfMurmuration(args: readonly string[]): Promise<string | undefined> {
  try {
    withoutActions(await murmuration()).parse(args, { from: 'user' });
    return undefined;
  } catch (error) {
    return args.includes('--help') ? undefined : (error as Error).message;
  }
}

/** Sources of the program that a script of the package runs: those of its folder. */
function programOf(script: string): string {
  const [file] = [...script.matchAll(/[\w./-]+\.(?:ts|mjs)/g)].map(([name]) => name).slice(-1);
  const folder = posix.dirname(file ?? '');
  return [...sources]
    .filter(([path]) => path.startsWith(`${folder}/`))
    .map(([, text]) => text)
    .join('\n');
}

async function problemOfNpm([verb, ...rest]: readonly string[]): Promise<string | undefined> {
  if (['install', 'ci', 'init', 'pkg'].includes(verb!)) return undefined;
  const name = verb === 'run' ? rest[0]! : verb!;
  const script = scripts[name];
  if (script === undefined) return `no script ${name}`;
  const separator = rest.indexOf('--');
  const args = separator < 0 ? [] : rest.slice(separator + 1);
  if (name === 'murmuration') return problemOfMurmuration(args);
  const text = programOf(script);
  const options = args.filter(arg => arg.startsWith('--')).map(arg => arg.slice(2));
  const unknown = options.filter(option => !new RegExp(`['"\`{ ]-{0,2}${option}\\b`).test(text));
  if (unknown.length > 0) return `no option ${unknown}`;
  const [first] = args;
  const isName = first !== undefined && /^[a-z][a-z0-9-]*$/.test(first) && first !== 'compare';
  return isName && !new RegExp(`\\b${first}\\b`).test(text) ? `nothing called ${first}` : undefined;
}

/** Why a command of a document can't be right; undefined where nothing is known against it. `own`: files that the document has its reader write. */
async function problemOf(command: string, own: readonly string[] = []): Promise<string | undefined> {
  const words = wordsOf(command);
  while (/^[A-Z_]+=/.test(words[0] ?? '')) words.shift();
  if (words[0] === 'npx' && words[1] === 'murmuration') words.shift();
  const [program, ...args] = words;
  if (program === 'npm') return problemOfNpm(args);
  if (program === 'murmuration') return problemOfMurmuration(args);
  if (program === 'npx') return undefined;
  if (program === 'node')
    return own.includes(args[0]!) || existsSync(root + args[0]!) ? undefined : `no file ${args[0]}`;
  if (!ofTheSystem.has(program!)) return `unknown program ${program}`;
  // What another program calls in turn.
  const names = (await murmuration()).commands.map(each => each.name());
  const at = args.findIndex(
    (arg, index) => /(^murmuration|\/cli\.js)$/.test(arg) && names.includes(args[index + 1] ?? ''),
  );
  return at < 0 ? undefined : problemOfMurmuration(args.slice(at + 1));
}

describe('the shell blocks of the documents', () => {
  const commands = [...readDocuments()].flatMap(([path, text]) =>
    codeBlocks(text)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ code }) =>
        commandsOf(code)
          .flatMap(line => line.split(' && '))
          .map(command => [path, command] as const),
      ),
  );
  const filesOf = new Map(
    [...readDocuments()].map(([path, text]) => [
      path,
      [
        ...codeBlocks(text).flatMap(({ file }) => (file ? [file] : [])),
        // An example is copied as a folder.
        ...(path.startsWith('examples/') ? readdirSync(posix.dirname(root + path)) : []),
      ],
    ]),
  );

  it('are found', () => {
    expect(commands.length).toBeGreaterThan(20);
  });

  it.each(commands)('%s: %s', async (path, command) => {
    expect(await problemOf(command, filesOf.get(path))).toBeUndefined();
  });
});

describe('the commands that prose and tables name', () => {
  const named = [...readDocuments()].flatMap(([path, text]) =>
    path === 'docs/reference/cli.md'
      ? []
      : [...text.matchAll(/`(npm (?:run|start|test)[^`\n]*)`/g)].map(
          ([, command]) => [path, command!] as const,
        ),
  );

  it.each(named)('%s: %s', async (_, command) => {
    const [, ...words] = wordsOf(command.replaceAll(/ (?:NAME|NAME\.json|FILE|PATH)?…?( \[[^\]]*\])?$/g, ''));
    expect(await problemOfNpm(words.filter(word => !/^[A-Z…]+$/.test(word)))).toBeUndefined();
  });
});

describe('the check of commands', () => {
  it.each([
    ['npm run nothing', 'no script nothing'],
    ['npm run simulate -- no-such-thing', 'nothing called no-such-thing'],
    ['npm run simulate -- mnist-2nn --no-such-option', 'no option no-such-option'],
    ['murmuration runs list', "error: missing required argument 'task'"],
    ['murmuration status --wrong', "error: unknown option '--wrong'"],
    ['docker run murmuration status --wrong', "error: unknown option '--wrong'"],
    ['node nothing.js', 'no file nothing.js'],
    ['rm file', 'unknown program rm'],
    ['npm run simulate -- mnist-2nn --report', undefined],
    ['STATE=./x node examples/node/device.js', undefined],
  ])('says of %s: %s', async (command, problem) => {
    expect(await problemOf(command)).toBe(problem);
  });
});
