import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { startBackend } from '@murmuration/engine/backend/backend';
import { frozenLayersOf } from '@murmuration/engine/models/frozen-layers';
import { describeModel } from '@murmuration/engine/models/model';
import type { Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { splitOf } from '@murmuration/rounds/rounds/split-of';
import type { Task } from '@murmuration/rounds/task/task';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { codeBlocks, readDocuments, root } from '../../docs/documents.ts';

const blocks = [...readDocuments()].flatMap(([path, text]) =>
  codeBlocks(text).map(block => ({ path, ...block })),
);
const nameOf = ({ path, line }: { path: string; line: number }): string => `${path}:${line}`;

/** Where blocks that run are files: beside the packages, which they import by name. */
const folder = `${root}test/artifacts/docs-${process.pid}/`;
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the TypeScript of the documents', () => {
  const typed = blocks.filter(({ language }) => language === 'ts' || language === 'tsx');
  const files = new Map(typed.map((block, i) => [`${root}test/docs-block-${i}.${block.language}`, block]));
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  const textOf = (file: string) => {
    const block = files.get(file);
    // The elements of the documents are React's, those of this repository Preact's.
    const pragma = block?.language === 'tsx' ? '/** @jsxImportSource react */' : '';
    // As a module, whatever it imports.
    return block && `${pragma}\n${block.given ?? ''}\n${block.code}\nexport {};\n`;
  };
  host.readFile = file => textOf(file) ?? readFile(file);
  host.fileExists = file => files.has(file) || fileExists(file);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (file, language) => {
    const text = textOf(file);
    return text === undefined ? getSourceFile(file, language) : ts.createSourceFile(file, text, language);
  };
  const program = ts.createProgram(
    [...files.keys()],
    { ...options, noEmit: true, skipLibCheck: true, noUnusedLocals: false },
    host,
  );

  it('is found', () => {
    expect(files.size).toBeGreaterThan(8);
  });

  it.each([...files].map(([file, block]) => [nameOf(block), file] as const))(
    '%s has types that fit',
    (_, file) => {
      const source = program.getSourceFile(file)!;
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
    },
  );

  it.each(typed.filter(({ run }) => run).map(block => [nameOf(block), block.code] as const))(
    '%s runs',
    async (name, code) => {
      const file = `${folder}${name.replaceAll(/\W/g, '-')}.ts`;
      writeFileSync(file, code);
      await import(/* @vite-ignore */ file);
    },
  );
});

describe('the JavaScript of the documents', () => {
  const plain = blocks.filter(({ language }) => language === 'js');

  it.each(plain.map(block => [nameOf(block), block.code] as const))(
    '%s has no error of syntax',
    (_, code) => {
      const { diagnostics } = ts.transpileModule(code, {
        reportDiagnostics: true,
        compilerOptions: { allowJs: true, target: ts.ScriptTarget.ESNext },
      });
      expect(diagnostics).toEqual([]);
    },
  );

  it('of the guide to a model of one’s own learns a line', async () => {
    for (const { file, code } of plain.filter(
      ({ path, file }) => path === 'docs/guides/own-model.md' && file,
    ))
      writeFileSync(folder + file, code);
    const load = async (file: string) =>
      ((await import(/* @vite-ignore */ folder + file)) as { default: unknown }).default;
    const task = (await load('line.task.js')) as Task;
    const objective = (await load('objective.js')) as Objective<[number, number]>;
    const evaluate = (await load('evaluate.js')) as (
      model: tf.LayersModel,
      points: unknown,
    ) => { error: number };
    await startBackend();
    const model = await task.model();
    const points = Array.from({ length: 20 }, (_, i): [number, number] => [i / 10 - 1, i / 5 - 1]);
    const before = evaluate(model, points).error;
    const batches = objective.encode(points);
    const optimizer = tf.train.sgd(task.training.learningRate);
    for (let step = 0; step < 50; step++) {
      const batch = batches.batch(Uint32Array.from(points.keys()));
      optimizer.minimize(() => objective.loss(model, batch));
      tf.dispose([batch.inputs, batch.labels, batch.weights]);
    }
    expect(task.name).toBe('line');
    expect(evaluate(model, points).error).toBeLessThan(before / 10);
  });

  it('of the guide to a model of one’s own trains the head of a pretrained model', async () => {
    const { dense } = tf.layers;
    const layers = [dense({ units: 3, inputShape: [2], name: 'body' }), dense({ units: 2, name: 'head' })];
    const save = tf.io.withSaveHandler(async ({ modelTopology, weightSpecs: weights, weightData }) => {
      mkdirSync(`${folder}exported`);
      const weightsManifest = [{ paths: ['weights.bin'], weights }];
      writeFileSync(`${folder}exported/model.json`, JSON.stringify({ modelTopology, weightsManifest }));
      writeFileSync(`${folder}exported/weights.bin`, Buffer.from(weightData as ArrayBuffer));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    });
    await tf.sequential({ layers }).save(save);
    const { code } = plain.find(({ file }) => file === 'head.task.js')!;
    writeFileSync(`${folder}head.task.js`, code);
    const { default: task } = (await import(/* @vite-ignore */ `${folder}head.task.js`)) as { default: Task };
    const parts = describeModel(await task.model());
    expect(frozenLayersOf(parts)).toEqual(['body']);
    expect(splitOf(task, parts).shared.tensors.map(({ name }) => name)).toEqual(['head/kernel', 'head/bias']);
  });
});
