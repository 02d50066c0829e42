import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { csv } from '@murmuration/serving/precompute/job/inputs';
import { type PrecomputeJob, precompute } from '@murmuration/serving/precompute/job/job';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facetOf, LineageServer, namesOf } from '../unit/coordinator/lifecycle/tracking/lineage-server.ts';
import { enrolmentToken, lineTask } from './line.ts';

const words = 'the a cat dog sat ran on mat how are you today fine'.split(' ');
const vocabulary = new Vocabulary(words);
const size = { vocabulary: vocabulary.size, embedding: 8, gru: 12, dense: null };
const { text: token, ...listed } = mintInferenceToken(systemRandom, native);
const sentences = ['how are', 'the cat sat', 'you'];

let folder: string;
let coordinator: Coordinator | undefined;
let lineage: LineageServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-precompute-'));
});
afterEach(async () => {
  await coordinator?.stop();
  coordinator = undefined;
  await lineage?.stop();
  lineage = undefined;
  await rm(folder, { recursive: true, force: true });
});

const open = (jobs: readonly PrecomputeJob[], storage: string | undefined, tracking: object = {}) =>
  createCoordinator(
    parseConfig({
      port: 0,
      enrolmentTokens: [enrolmentToken],
      log: 'silent',
      inference: { tokens: [{ ...listed, name: 'test', rights: ['predict', 'manage'] }] },
      tracking,
      ...(storage !== undefined && { storage }),
    }),
    [
      lineTask({
        name: 'keyboard',
        model: () => nextWordModel(size, 1),
        serving: { transformer: keyboardServing(vocabulary).transformer },
      }),
    ],
    { clock: systemClock, random: systemRandom, precompute: jobs },
  );
const headers = { authorization: `Bearer ${token}` };

describe('a coordinator with a precompute job', () => {
  const job = (more: object = {}) =>
    precompute({
      name: 'suggestions',
      model: 'keyboard@champion',
      inputs: csv(join(folder, 'contexts.csv')),
      key: 'id',
      onPromotion: true,
      ...more,
    });

  it('puts the words that it would suggest into its storage folder, from the first version on', async () => {
    const lines = sentences.map((text, at) => `s${at},"${text}"`);
    await writeFile(join(folder, 'contexts.csv'), ['id,text', ...lines].join('\n'));
    lineage = await LineageServer.open();
    coordinator = await open([job()], join(folder, 'state'), { openLineage: { url: lineage.url } });
    const { url } = coordinator;
    const row = async (key: string) => {
      const response = await fetch(`${url}/v1/precomputed/suggestions/${key}`, { headers });
      return response.ok ? response.json() : response.status;
    };
    await expect.poll(() => row('s2')).toMatchObject({ stale: false });
    const body = JSON.stringify({
      inputs: [{ name: 'text', shape: [sentences.length], datatype: 'BYTES', data: sentences }],
    });
    const response = await fetch(`${url}/v2/models/keyboard/infer`, { method: 'POST', headers, body });
    const { model_version: version, outputs } = await response.json();
    for (const [at] of sentences.entries()) {
      const expected = outputs.map(
        ({ name, shape, data }: { name: string; shape: number[]; data: unknown[] }) => {
          const width = shape[1] ?? 1;
          return [name, data.slice(at * width, (at + 1) * width)];
        },
      );
      expect(await row(`s${at}`)).toMatchObject({
        model_version: version,
        prediction: Object.fromEntries(expected),
      });
    }
    await expect.poll(() => lineage?.states('precompute.suggestions')).toEqual(['START', 'COMPLETE']);
    const { inputs, run } = lineage.last('precompute.suggestions');
    expect(namesOf(inputs)).toEqual([`models/keyboard/${version}`]);
    expect(facetOf(run.facets, 'murmuration_precompute')).toMatchObject({ read: 3, computed: 3 });
    expect(lineage.breaches).toEqual([]);
  });

  it('is refused where there is neither a storage folder nor a database of the job', async () => {
    await expect(open([job()], undefined)).rejects.toThrow(
      /suggestions names no database, and there is no storage folder/,
    );
    coordinator = await open([job({ into: join(folder, 'rows.db') })], undefined);
    const { jobs } = await (await fetch(`${coordinator.url}/v1/precomputed`, { headers })).json();
    expect(jobs).toMatchObject([{ name: 'suggestions' }]);
  });
});
