// npm run api [-- --check]: writes what each published package exports, names and signatures, to its api folder, from the types that
// `npm run build` made; with --check it writes nothing, and fails where they differ.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { exportsOf } from './exports.mjs';
import { rootFolder, say, stop } from './prepare.mjs';
import { publishedPackages } from './published.mjs';

const isCheck = process.argv.includes('--check');
const temporary = mkdtempSync(join(tmpdir(), 'murmuration-api-'));
const differing = [];

/** TensorFlow.js as the engine has it: for the extractor a package beside the others, since it can't read all of it. */
const library = readFileSync(join(rootFolder, 'engine/src/tensorflow/library.d.ts'), 'utf8');
const libraryFile = join(rootFolder, 'node_modules/.cache/murmuration/tensorflow/index.d.ts');
mkdirSync(dirname(libraryFile), { recursive: true });
writeFileSync(libraryFile, library);

/**
 * How the extractor reads one entry.
 * @param {string} folder
 * @param {string} types
 */
function configFor(folder, types) {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      newlineKind: 'lf',
      mainEntryPointFilePath: types,
      // Without entries of their own: what others export of them is all that they export.
      bundledPackages: publishedPackages()
        .filter(({ entries }) => entries.length === 0)
        .map(({ name }) => name),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2023',
            lib: ['es2023', 'dom', 'dom.iterable'],
            module: 'nodenext',
            moduleResolution: 'nodenext',
            types: ['node'],
            strict: true,
            skipLibCheck: true,
            paths: { '@murmuration/engine/tf': [libraryFile] },
          },
          files: [types],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: 'report',
        reportFolder: temporary,
        reportTempFolder: join(temporary, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        // Types that an export uses and that no entry exports are in the report; tags and links of comments are the documentation's.
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  });
}

/**
 * The report of one entry.
 * @param {string} folder
 * @param {string} types
 * @param {import('@microsoft/api-extractor').CompilerState} compilerState What was read of all entries.
 */
function reportOf(folder, types, compilerState) {
  // One that is another library, whole, has that library's API; the extractor can't read all of TensorFlow.js.
  const statements = readFileSync(types, 'utf8')
    .replace(/^(import|\/\/).*$/gm, '')
    .trim();
  if (/^export \* from ['"]\.\/tfjs\/tf\.js['"];$/.test(statements))
    return [...library.matchAll(/^export \* from '.+';$/gm)].join('\n\n');
  const { succeeded } = Extractor.invoke(configFor(folder, types), {
    compilerState,
    localBuild: true,
    messageCallback: message => {
      if (message.logLevel === ExtractorLogLevel.Error) say(message.text);
      message.handled = true;
    },
  });
  if (!succeeded) stop(`The types of ${types} can't be read.`);
  return inOrder(readFileSync(join(temporary, 'report.api.md'), 'utf8'));
}

/**
 * TypeScript lists the members of a union, from which the types of enumerations are made, in the order in which it met them: another one in
 * each build.
 * @param {string} report
 */
function inOrder(report) {
  return report.replace(
    /(?:^ +['"]?([\w.-]+)['"]?: "\1";\n){2,}/gm,
    lines => `${lines.trimEnd().split('\n').toSorted().join('\n')}\n`,
  );
}

try {
  const packages = publishedPackages();
  const entries = packages.flatMap(({ name, folder, manifest }) =>
    [...typesOf(manifest)].map(([, types]) => {
      if (!existsSync(types)) stop(`${name} is not built: npm run build`);
      return { folder, types };
    }),
  );
  const [first] = entries;
  if (!first) stop('No package is published.');
  const compilerState = CompilerState.create(configFor(first.folder, first.types), {
    additionalEntryPoints: entries.map(({ types }) => types),
  });
  for (const { name, folder, manifest } of packages) {
    const path = `api/${name.replace('@murmuration/', '')}.api.md`;
    const file = join(folder, path);
    const reports = [...typesOf(manifest)].map(
      ([entry, types]) => /** @type {const} */ ([entry, reportOf(folder, types, compilerState)]),
    );
    if (reports.length === 0) continue;
    const report = `What \`${name}\` exports, written by \`npm run api\`.\n\n\`\`\`ts\n${exportsOf(reports)}\`\`\`\n`;
    if (existsSync(file) && readFileSync(file, 'utf8') === report) continue;
    differing.push(join(name, path));
    if (isCheck) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, report);
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
for (const file of differing) console.log(`${isCheck ? 'differs' : 'written'}: ${file}`);
if (isCheck && differing.length > 0)
  stop('What the packages export has changed: npm run build && npm run api, and look at the difference.');

/** True for an entry that has only what the reports of other packages have already. @param {string} types */
function isPassedOn(types) {
  const code = existsSync(types) ? readFileSync(types, 'utf8') : '';
  const reported = publishedPackages().filter(({ entries }) => entries.length > 0);
  const names = reported.map(({ name }) => name).join('|');
  return new RegExp(`^(?:export .+ from '(?:${names})/?[^']*';\\n)+(?://.*)?$`).test(code);
}

/**
 * The declarations of each entry by its name; of one with conditions, those of each.
 * @param {Readonly<Record<string, any>>} manifest
 * @returns {Iterable<[name: string, types: string]>}
 */
function* typesOf({ exports, ...manifest }) {
  const folder = publishedPackages().find(({ name }) => name === manifest.name)?.folder ?? '';
  for (const [path, conditions] of Object.entries(exports)) {
    if (path.includes('*')) continue;
    if (conditions.types && isPassedOn(join(folder, conditions.types))) continue;
    const name = path === '.' ? 'index' : path.slice(2);
    if (conditions.types) yield [name, join(folder, conditions.types)];
    else
      for (const condition of ['node', 'browser'])
        yield [
          path === '.' ? condition : `${name} in ${condition}`,
          join(folder, conditions[condition].types),
        ];
  }
}
