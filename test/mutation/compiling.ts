import { basename, join } from 'node:path';
import ts from 'typescript';
import { type Mutant, withMutant } from './mutants.ts';

/**
 * The mutants with which the sources of a project compile, by the tsconfig.json of its folder. Mutants of different files are checked at
 * once, each in its own file only; one that changes what its file declares is checked by itself, with all that may import it.
 */
export function compiling(
  root: string,
  mutants: readonly Mutant[],
  log: (line: string) => void,
): Set<Mutant> {
  const project = projectOf(root);
  const found = new Set<Mutant>();
  const declaring: Mutant[] = [];
  let checked = 0;
  const told = (count: number) => {
    checked += count;
    log(`${checked} of ${mutants.length} mutants checked: ${found.size} compile`);
  };
  for (const batch of batchesOf(mutants)) {
    project.have(batch);
    const changed = batch.filter(({ file }) => project.declaresOther(file));
    declaring.push(...changed);
    const others = batch.filter(mutant => !changed.includes(mutant));
    if (changed.length > 0) project.have(others);
    for (const mutant of others) if (project.isRight(mutant.file)) found.add(mutant);
    told(others.length);
  }
  for (const mutant of declaring) {
    project.have([mutant]);
    if ([mutant.file, ...project.mayImport(mutant.file)].every(project.isRight)) found.add(mutant);
  }
  told(declaring.length);
  return found;
}

/** All of these mutants, no two of one file together. */
export function batchesOf(mutants: readonly Mutant[]): Mutant[][] {
  const batches: Mutant[][] = [];
  const taken = new Map<string, number>();
  for (const mutant of mutants) {
    const turn = taken.get(mutant.file) ?? 0;
    taken.set(mutant.file, turn + 1);
    if (batches.length === turn) batches.push([]);
    batches[turn]!.push(mutant);
  }
  return batches;
}

function projectOf(root: string) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const sources = fileNames.filter(path => /^(?:[\w-]+\/){1,2}src\/.*\.ts$/.test(path.slice(root.length)));
  const mutated = new Map<string, { readonly text: string; readonly version: number }>();
  const texts = new Map<string, string>();
  const textOf = (path: string): string | undefined => {
    const text = texts.get(path) ?? ts.sys.readFile(path);
    if (text !== undefined) texts.set(path, text);
    return text;
  };
  let version = 0;
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => ({ ...options, noEmit: false, declaration: true }),
    getScriptFileNames: () => sources,
    getScriptVersion: path => String(mutated.get(path)?.version ?? 0),
    getScriptSnapshot: path => {
      const text = mutated.get(path)?.text ?? textOf(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  const declared = (path: string): string =>
    service
      .getEmitOutput(path, true, true)
      .outputFiles.map(({ text }) => text)
      .join();
  const asItIs = new Map<string, string>();

  return {
    /** Has these mutants and no others, one of a file at most. */
    have(mutants: readonly Mutant[]): void {
      const paths = mutants.map(({ file }) => join(root, file));
      if (paths.some(path => !asItIs.has(path))) {
        mutated.clear();
        for (const path of paths) asItIs.set(path, declared(path));
      }
      mutated.clear();
      for (const [index, mutant] of mutants.entries()) {
        const path = paths[index]!;
        version += 1;
        mutated.set(path, { text: withMutant(textOf(path) ?? '', mutant), version });
      }
    },
    declaresOther: (file: string): boolean => declared(join(root, file)) !== asItIs.get(join(root, file)),
    isRight: (file: string): boolean => {
      const path = join(root, file);
      return (
        service.getSyntacticDiagnostics(path).length === 0 &&
        service.getSemanticDiagnostics(path).length === 0
      );
    },
    /** The sources that import a file of this name, from wherever. */
    mayImport: (file: string): string[] => {
      const name = `/${basename(file, '.ts')}`;
      return sources
        .filter(path => [`${name}'`, `${name}.ts'`].some(end => textOf(path)?.includes(end)))
        .map(path => path.slice(root.length));
    },
  };
}
