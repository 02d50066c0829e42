import ts from 'typescript';
import { expect, it } from 'vitest';
import { withDocstrings } from '../../../scripts/docstrings.mjs';
import { root } from '../../docs/documents.ts';

const file = `${root}test/hovered.ts`;
const text = `import { createCoordinator, defineTask, parseConfig } from '@murmuration/coordinator';
import { fedAvg, inGroups, median } from '@murmuration/coordinator/strategies';

const task = defineTask({
  name: 'hovered',
  model: () => { throw new Error('Nobody asks for it.'); },
  planVersion: 2,
  plan: { learningRate: 0.1, epochs: 2 },
  update: { clip: 1, bits: 12 },
  cohort: { mode: 'synchronous', goal: 20, minimum: 16, cells: 2 },
  deadlines: { gathering: '1 min' },
  schedule: { every: '2 min' },
  gate: { test: 'none' },
  strategy: fedAvg(),
});
const config = parseConfig({
  port: 80,
  limits: { uploadBytes: 3 },
  alerts: { noEligibleDevices: '2 h' },
  inference: { drift: { atLeast: 200 } },
});
const rest = {
  name: 'rest',
  model: task.model,
  plan: { learningRate: 0.1 },
  update: { clip: 1 },
  cohort: { goal: 20, minimum: 16 },
  schedule: { every: 1 },
};
defineTask({ ...rest, masking: { threat: 'malicious' }, strategy: fedAvg() });
defineTask({ ...rest, masking: { groups: 5 }, strategy: inGroups(median()) });
defineTask({ ...rest, masking: 'off', strategy: median() });
void createCoordinator({ ...config, host: '::1' }, [task]);
`;

const schemas = ['coordinator/rounds/src/task/task-schema.ts', 'coordinator/server/src/assembly/config.ts'];
const service = serviceOf(file, text);

/** TypeScript as an editor runs it, with a file that is nowhere. */
function serviceOf(file: string, text: string): ts.LanguageService {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root, {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
  });
  const readFile = (path: string) => (path === file ? text : ts.sys.readFile(path));
  return ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => true,
    readFile,
    fileExists: path => path === file || ts.sys.fileExists(path),
    getCompilationSettings: () => options,
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => [file, ...schemas.map(path => `${root}${path}`)],
    getScriptVersion: () => '1',
    getScriptSnapshot: path => {
      const found = readFile(path);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
  });
}

/** What an editor says of what is written so in the text, where the pointer is at its beginning. */
function textAt(written: string): string {
  const info = service.getQuickInfoAtPosition(file, text.indexOf(written));
  return ts.displayPartsToString(info?.documentation);
}

/** What an editor shows as the default of a field of the text, where the pointer is on it; undefined: nothing. */
function defaultAt(field: string): string | undefined {
  const info = service.getQuickInfoAtPosition(file, text.search(new RegExp(`\\b${field}:`)));
  const tag = info?.tags?.find(({ name }) => name === 'default');
  return tag && ts.displayPartsToString(tag.text);
}

it('editors show the defaults of a task and of a configuration as they are written', () => {
  const shown = {
    planVersion: '1',
    epochs: '1',
    learningRate: undefined,
    bits: '8',
    mode: "'synchronous'",
    cells: '1',
    deadlines: '{}',
    gathering: "'30 s'",
    gate: 'null',
    test: "'bootstrap'",
    port: '8_800',
    uploadBytes: '256 * 2 ** 20',
    noEligibleDevices: "'1 h'",
    drift: '{}',
    host: "'127.0.0.1'",
  };
  expect(Object.fromEntries(Object.keys(shown).map(field => [field, defaultAt(field)]))).toEqual(shown);
});

it('editors say what masking and strategy are, whatever the strategy consumes', () => {
  expect(service.getSemanticDiagnostics(file).map(({ messageText }) => messageText)).toEqual([]);
  for (const written of ['masking: { threat', 'masking: { groups', "masking: 'off'"])
    expect(textAt(written), written).toMatch(/^Secure aggregation/);
  for (const written of ['strategy: fedAvg()', 'strategy: inGroups', 'strategy: median'])
    expect(textAt(written), written).toMatch(
      /^Strategy that turns the updates of a round into the next model/,
    );
});

it.each(schemas)('the declarations of %s have them, in the lines that TypeScript writes', path => {
  const program = service.getProgram()!;
  const source = program.getSourceFile(`${root}${path}`)!;
  const [output] = service.getEmitOutput(source.fileName, true).outputFiles;
  const published = withDocstrings(output!.text, source, program.getTypeChecker());
  expect(published.replaceAll(/\/\*\* .*? \*\/ (?=\w+\??:)/g, '')).toBe(output!.text);
  const fields = published.split('\n').filter(line => /\w+: z\.Zod(?:Default|Prefault)</.test(line));
  expect(fields.length).toBeGreaterThan(70);
  // A rate has its own beside it.
  const without = fields.filter(line => !/@default|\b(?:burst|perSecond): /.test(line));
  expect(without).toEqual([]);
});
