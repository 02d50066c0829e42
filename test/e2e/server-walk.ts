import { join } from 'node:path';
import { begin } from '@murmuration/cli/commands/new';
import { startBackend } from '@murmuration/engine/backend/backend';
import { onnxOf } from '@murmuration/engine/onnx/write';
import * as tf from '@murmuration/engine/tfjs/tf';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { expect, it } from 'vitest';
import { codeBlocks, readDocuments } from '../docs/documents.ts';
import { freePort } from '../free-port.ts';
import type { Reader } from './reader.ts';

const guides = readDocuments();
const blocksOf = (path: string) => codeBlocks(guides.get(path)!);
const shell = blocksOf('docs/guides/run-a-coordinator.md')
  .filter(({ language }) => language === 'sh')
  .map(({ code }) => code.trim());
const [commands] = shell;
const install = shell.find(code => code.includes('npm install ~'))!;

/** The way of docs/guides/run-a-coordinator.md onto a machine, whose operator has a task and copied the packs there. */
export function walkOntoServer(whose: () => Reader): void {
  it('leads from packed packages to a coordinator that its operator sees', async () => {
    const reader = whose();
    const port = await freePort();
    reader.folder = reader.home;
    await reader.run('mkdir -p opt/murmuration && cd opt/murmuration');
    begin('classifier', join(reader.folder, 'tasks'));
    const { text, proof } = mintToken('operator', systemRandom, native);
    const operatorTokens = [{ id: proof.id, name: 'ada', role: 'admin', sha256: hex(proof.digest) }];
    reader.write('murmuration.json', JSON.stringify({ port, openEnrolment: true, operatorTokens }));
    const said = await reader.run(install.replace('/opt/', `${reader.home}/opt/`));
    expect(said).toContain('rent');
    // In a folder of packages of its own, the command goes by npx.
    const [doctor, serve, status] = commands!.split('\n').map(command => `npx ${command}`);
    expect(install).toContain(doctor);
    const served = reader.start(serve!);
    await expect.poll(served).toContain('The coordinator listens');
    const asOperator = `MURMURATION_TOKEN=${text} ${status}`;
    expect(await reader.run(`${asOperator} --url http://127.0.0.1:${port}`)).toContain('rent');
  });
  it('says what to install where a model is a file of ONNX, and then serves it', async () => {
    const reader = whose();
    reader.folder = join(reader.home, 'opt/murmuration');
    await startBackend();
    const layer = tf.layers.dense({ units: 2, inputShape: [3] });
    reader.write(
      'models/line/1/model.onnx',
      onnxOf(tf.sequential({ layers: [layer] }), { weights: 'float32' }).bytes,
    );
    const serve = async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const printed = reader.start(`npx murmuration inference --from ./models --port ${port}`);
      await expect.poll(printed).toContain(url);
      const inputs = [{ name: layer.name, datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] }];
      const response = await fetch(`${url}/v2/models/line/infer`, {
        method: 'POST',
        body: JSON.stringify({ inputs }),
      });
      return { status: response.status, said: `${await response.text()}${printed()}` };
    };
    const { status, said } = await serve();
    expect(status, said).toBe(500);
    const [command] = /npm install onnxruntime-web@[\d.]+(?=\. )/.exec(said)!;
    expect(guides.get('docs/guides/serve-a-model.md')).toContain(`\`${command}\``);
    await reader.run(command);
    const after = await serve();
    expect(after.status, after.said).not.toBe(500);
  });
}
