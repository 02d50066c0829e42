// @module-tag onnx-checker
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nextWordModel, smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { writeOnnx } from '@murmuration/engine/onnx/write';
import * as tf from '@murmuration/engine/tfjs/tf';
import { convolutionalNetwork } from '@murmuration/simulations/digits/models';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cases, filesOf, randomise } from './models.ts';

/** Prints the name of each file that the checker of ONNX does not take, and why; shapes are inferred and compared as well. */
const check = `
import sys, onnx
for path in sys.stdin.read().split():
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        print(path, error)
print(onnx.__version__, file=sys.stderr)
`;

const folder = mkdtempSync(join(tmpdir(), 'murmuration-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  await tf.setBackend('cpu');
});

it.each(['float32', 'float16', 'int8'] as const)(
  'the checker of ONNX takes every file: %s',
  async weights => {
    const models = [
      ...cases.map(given => given.build()),
      nextWordModel(smallModel, 1),
      convolutionalNetwork(1),
    ];
    const paths: string[] = [];
    for (const [at, model] of models.entries()) {
      const { bytes } = await writeOnnx(filesOf(randomise(model, at)), { weights });
      model.dispose();
      const path = join(folder, `${weights}-${at}.onnx`);
      writeFileSync(path, bytes);
      paths.push(path);
    }
    const python = process.env.ONNX_PYTHON || '/usr/bin/python3';
    const spoiled = join(folder, 'spoiled.onnx');
    writeFileSync(spoiled, 'no model');
    const refused = execFileSync(python, ['-c', check], {
      input: [...paths, spoiled].join('\n'),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    expect(refused.match(/[^/\s]+\.onnx(?= )/g)).toEqual(['spoiled.onnx']);
  },
);
