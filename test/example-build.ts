import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import ts from 'typescript';
import { sourceOptions } from '../scripts/prepare.mjs';

export const examples = fileURLToPath(new URL('../examples/', import.meta.url));

/** A script of an example as one file, over the sources of the packages. */
export async function bundleExample(entry: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${examples}${entry}`],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    conditions: ['murmuration-source', 'browser'],
    logLevel: 'silent',
    ...options,
  });
  return outputFiles![0]!.text;
}

/**
 * What TypeScript says of the files of an example, by the example's own settings, over the sources of the packages. `paths` leads to the types of
 * packages that lie elsewhere.
 */
export function typeErrors(folder: string, paths: ts.CompilerOptions['paths'] = {}): string[] {
  const config = `${examples}${folder}/tsconfig.json`;
  const { config: read, error } = ts.readConfigFile(config, ts.sys.readFile);
  if (error) return [ts.flattenDiagnosticMessageText(error.messageText, ' ')];
  const { fileNames, options, errors } = ts.parseJsonConfigFileContent(read, ts.sys, `${examples}${folder}`);
  const program = ts.createProgram(fileNames, {
    ...options,
    paths: { ...options.paths, ...paths },
    customConditions: ['murmuration-source', ...(options.customConditions ?? [])],
    // The sources name their files by their extension, and are checked elsewhere.
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  });
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${examples}${folder}/`));
  const found = own.flatMap(file => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  const texts = [...errors, ...found].map(({ file, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    return `${file?.fileName.slice(examples.length) ?? folder}: ${message}`;
  });
  return own.length > 0 ? texts : [`${folder} has no files`];
}

/** Runs the build step of the example of React Native, over the sources of the packages: it writes the page of its hidden web view. */
export function buildTraining(): void {
  const step = `${examples}react-native/build-training.js`;
  execFileSync(process.execPath, [...sourceOptions, step, 'murmuration-source', 'browser'], {
    stdio: 'pipe',
  });
}
