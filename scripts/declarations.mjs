// The declarations of all packages, by one program that reads every source once: a program for each package would read most of them again.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { withDocstrings } from './docstrings.mjs';
import { rootFolder, stop } from './prepare.mjs';

/**
 * Writes the declarations of each package of `folders` into its dist, file for file as in src. What they import beside them, they name as it is
 * built. Types are inferred and not checked: that is `npm run check`.
 * @param {readonly string[]} folders
 */
export function writeDeclarations(folders) {
  const target = mkdtempSync(join(tmpdir(), 'murmuration-types-'));
  try {
    const { config } = ts.readConfigFile(join(rootFolder, 'tsconfig.json'), ts.sys.readFile);
    const include = folders.flatMap(folder =>
      ['ts', 'tsx'].map(extension => `${relative(rootFolder, folder)}/src/**/*.${extension}`),
    );
    const { fileNames, options, errors } = ts.parseJsonConfigFileContent(
      { ...config, include },
      ts.sys,
      rootFolder,
      {
        noEmit: false,
        declaration: true,
        declarationMap: true,
        emitDeclarationOnly: true,
        noCheck: true,
        rootDir: rootFolder,
        outDir: target,
      },
    );
    const program = ts.createProgram(fileNames, options);
    const checker = program.getTypeChecker();
    const { diagnostics } = program.emit(undefined, (file, text, _byteOrderMark, _onError, sources) => {
      const [source] = sources ?? [];
      const isTypes = source && file.endsWith('.d.ts');
      ts.sys.writeFile(file, isTypes ? withDocstrings(text, source, checker) : text);
    });
    const problems = [...errors, ...diagnostics];
    if (problems.length > 0)
      stop(
        ts.formatDiagnostics(problems, {
          getCanonicalFileName: name => name,
          getCurrentDirectory: () => rootFolder,
          getNewLine: () => '\n',
        }),
      );
    for (const folder of folders) {
      const types = join(target, relative(rootFolder, folder), 'src');
      nameBuilt(types);
      locateSources(types, folder);
      cpSync(types, join(folder, 'dist'), { recursive: true });
    }
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/**
 * Sources name each other by their own extension; what is built has another. TensorFlow.js goes by the entry of the engine that has it all,
 * and its namespace is imported before it is exported: api-extractor can't read it otherwise.
 * @param {string} types
 */
function nameBuilt(types) {
  for (const path of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.d.ts')) continue;
    const file = join(types, path);
    const text = readFileSync(file, 'utf8');
    const built = text.replace(
      /\b(from |import |import\(|module )(['"])(\.{1,2}\/[^'"\n]+)\.tsx?\2/g,
      '$1$2$3.js$2',
    );
    const named = path === 'tf.d.ts' ? built : withLibrary(built);
    if (named !== text) writeFileSync(file, named);
  }
}

/**
 * Has the maps of declarations lead to the sources as they are packed, beside `dist`.
 * @param {string} types
 * @param {string} folder
 */
function locateSources(types, folder) {
  for (const path of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.d.ts.map')) continue;
    const file = join(types, path);
    const map = JSON.parse(readFileSync(file, 'utf8'));
    const source = join(folder, 'src', dirname(path), basename(map.sources[0]));
    map.sources = [relative(join(folder, 'dist', dirname(path)), source).replaceAll('\\', '/')];
    writeFileSync(file, JSON.stringify(map));
  }
}

/** @param {string} text */
function withLibrary(text) {
  return text
    .replace(/(['"])\.{1,2}\/[^'"\n]*tfjs\/tf\.js\1/g, "'@murmuration/engine/tf'")
    .replace(
      /^export \* as (\w+) from ('@murmuration\/engine\/tf');$/gm,
      'import * as $1 from $2;\nexport { $1 };',
    );
}
