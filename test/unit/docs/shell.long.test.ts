import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { murmuration } from '@murmuration/cli/program';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { codeBlocks, readDocuments, root } from '../../docs/documents.ts';
import { type CurlRequest, commandsOf, curlRequests, shellBlocks, wordsOf } from '../../docs/shell.ts';
import { readSources } from '../sources.ts';

const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  scripts: Record<string, string>;
};
/** What can't be tried here, and why: of these, only the syntax is known to be right, and what of this project they call. */
const untried: Readonly<Record<string, string>> = {
  cat: 'writes a file that the block holds',
  cd: 'goes into a folder of the reader',
  cp: 'copies files that bundlers and packages bring; test/e2e/bundlers.ts does it',
  docker: 'wants a daemon of its own; `npm run image` builds and walks the image',
  echo: 'appends to a file of the reader',
  grpcurl: 'is on few machines; test/unit/serving/server/grpc-client.ts calls the same service',
  install: 'makes folders for users of a server',
  kubectl: 'wants a cluster; test/unit/deploy holds the manifests to the program',
  mkdir: 'makes a folder of the reader',
  runuser: 'wants root and a user that the line before makes',
  systemctl: 'wants systemd',
  useradd: 'wants root',
  'npx cap': 'comes with Capacitor, which only its example installs',
  'npx electron': 'comes with Electron, which only its example installs',
  'npx react-native': 'comes with React Native, which only its example installs',
};
/** Blocks that another test runs whole, by the path of that test. */
const walked: Readonly<Record<string, string>> = {
  'docs/internals/transport.md': 'test/e2e/curl.test.ts',
};
const sources = readSources(['scripts', 'simulations', 'test']);
const programs = [...readSources(['coordinator', 'serving']).values()].join('\n');
const hasBash = spawnSync('bash', ['--version']).status === 0;
const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
  packages: Record<string, { version: string } | undefined>;
};
/** Those of a coordinator that serves a model as well, to which a test holds the page. */
const routes = [
  ...readFileSync(`${root}docs/reference/http.md`, 'utf8').matchAll(/^\| `([A-Z]+) (\S+)` \|/gm),
].map(([, method, path]) => ({ method: method!, path: path! }));

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

/** Packages of the lock file that are named with another version. */
function problemOfVersions(names: readonly string[]): string | undefined {
  return names
    .map(name => /^(.+)@([\d.]+)$/.exec(name))
    .flatMap(found => {
      const locked = found && packages[`node_modules/${found[1]}`]?.version;
      return locked && locked !== found[2] ? [`${found[0]}, and ${locked} is tested`] : [];
    })[0];
}

async function problemOfNpm([verb, ...rest]: readonly string[]): Promise<string | undefined> {
  if (verb === 'install') return problemOfVersions(rest);
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

/** Whether a route has a path in which a variable of the shell may stand for a part. */
function hasPath(route: string, path: string): boolean {
  const parts = route.split('/');
  const asked = path.split('/');
  const fits = (part: string, i: number) =>
    /^\{.*\}$/.test(part) ? (asked[i] ?? '') !== '' : part === asked[i] || /^\$\w+$/.test(asked[i] ?? '');
  return (parts.length === asked.length || parts.at(-1) === '{*}') && parts.every(fits);
}

/** Why no route of a coordinator takes a request; undefined where one does. */
function problemOfRequest({ method, path }: CurlRequest): string | undefined {
  const isRoute = routes.some(route => route.method === method && hasPath(route.path, path));
  return isRoute ? undefined : `no route ${method} ${path}`;
}

const usedUntried = new Set<string>();

/** Notes the use of what can't be tried; what is no such thing is a mistake, or has to be tried. */
function problemOfOther(name: string): string | undefined {
  if (!Object.hasOwn(untried, name)) return `unknown program ${name}`;
  usedUntried.add(name);
  return undefined;
}

/** Why a command of a document can't be right; undefined where nothing is known against it. `own`: files that the document has its reader write. */
async function problemOf(command: string, own: readonly string[] = []): Promise<string | undefined> {
  const [program, ...args] = wordsOf(command);
  switch (program) {
    case 'npm':
      return problemOfNpm(args);
    case 'murmuration':
      return problemOfMurmuration(args);
    case 'npx':
      return existsSync(`${root}node_modules/.bin/${args[0]}`) ? undefined : problemOfOther(`npx ${args[0]}`);
    case 'node':
      return own.includes(args[0]!) || existsSync(root + args[0]!) ? undefined : `no file ${args[0]}`;
    case 'curl':
      return curlRequests(command).map(problemOfRequest)[0];
    case 'export': {
      const variable = args[0]!.replace(/=.*$/, '');
      return programs.includes(variable) ? undefined : `no variable ${variable}`;
    }
  }
  // What another program calls in turn.
  const names = (await murmuration()).commands.map(each => each.name());
  const at = args.findIndex(
    (arg, index) => /(^murmuration|\/cli\.js)$/.test(arg) && names.includes(args[index + 1] ?? ''),
  );
  return (at < 0 ? undefined : await problemOfMurmuration(args.slice(at + 1))) ?? problemOfOther(program!);
}

describe('the shell blocks of the documents', () => {
  const blocks = shellBlocks();
  const commands = blocks
    .filter(({ path, language }) => !(language === 'bash' && path in walked))
    .flatMap(({ path, code }) => commandsOf(code).map(command => [path, command] as const));
  const filesOf = new Map(
    [...readDocuments()].map(([path, text]) => [
      path,
      [
        ...codeBlocks(text).flatMap(({ file }) => (file ? [file] : [])),
        // An example is copied as a folder, a template is written by a command.
        ...(path.startsWith('examples/') ? readdirSync(posix.dirname(root + path)) : []),
        ...(text.includes('murmuration new ') ? readdirSync(`${root}coordinator/cli/templates/common`) : []),
      ],
    ]),
  );

  it('are all found', () => {
    const fences = [...readDocuments().values()].flatMap(text => text.match(/^ *```(?:ba)?sh\b/gm) ?? []);
    expect(blocks.length).toBe(fences.length);
    expect(commands.length).toBeGreaterThan(100);
  });

  it.skipIf(!hasBash).each(blocks.map(block => [`${block.path}:${block.line}`, block.code] as const))(
    '%s is what a shell can read',
    (_, code) => {
      expect(spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    },
  );

  it.each(commands)('%s: %s', async (path, command) => {
    expect(await problemOf(command, filesOf.get(path))).toBeUndefined();
  });

  it('leave nothing untried that need not be', () => {
    expect([...usedUntried].toSorted()).toEqual(Object.keys(untried).toSorted());
  });

  it.each(Object.entries(walked))('%s is run whole by %s', (path, test) => {
    expect(blocks.some(block => block.path === path && block.language === 'bash')).toBe(true);
    expect(readFileSync(root + test, 'utf8')).toContain(path);
  });

  it.each(blocks.flatMap(({ path, code }) => curlRequests(code).map(request => [path, request] as const)))(
    '%s: %o is a route',
    (_, request) => {
      expect(problemOfRequest(request)).toBeUndefined();
    },
  );
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
    ['murmuration training', "error: missing required argument 'task'"],
    ['murmuration status --wrong', "error: unknown option '--wrong'"],
    ['docker run murmuration status --wrong', "error: unknown option '--wrong'"],
    ['node nothing.js', 'no file nothing.js'],
    ['rm file', 'unknown program rm'],
    ['npm run simulate -- mnist-2nn --report', undefined],
    ['STATE=./x node examples/node/device.js', undefined],
    ['curl http://127.0.0.1:8800/v1/task/line', 'no route GET /v1/task/line'],
    ['curl http://127.0.0.1:8800/v2/models/x/infer', 'no route GET /v2/models/x/infer'],
    ["curl -sX POST http://127.0.0.1:8800/v2/models/x/infer -d '{}'", undefined],
    ['export MURMURATION_NOTHING=1', 'no variable MURMURATION_NOTHING'],
    ['npx no-such-program', 'unknown program npx no-such-program'],
    ['npm install seedrandom@3.0.4', 'seedrandom@3.0.4, and 3.0.5 is tested'],
  ])('says of %s: %s', async (command, problem) => {
    expect(await problemOf(command)).toBe(problem);
  });
});
