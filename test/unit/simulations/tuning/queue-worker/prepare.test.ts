import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { completeSettings } from '@murmuration/simulations/scenario/complete-settings';
import { loadScenario } from '@murmuration/simulations/scenario/load-scenario';
import { catalogue } from '@murmuration/tuning/command/catalogue';
import { digestOf } from '@murmuration/tuning/queue/digest';
import { knownScenarios } from '@murmuration/tuning/queue-worker/known-scenarios';
import { prepare } from '@murmuration/tuning/queue-worker/prepare';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'murmuration-scenario-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const means = { code: 'a'.repeat(64), v8: '11.3', engine: 'wasm' };
const settings = clusters.schema.parse({ ...clusters.defaults, data: { clients: 3, perClient: 2 } });

async function run(change: object = {}) {
  return {
    beat: 0,
    means,
    scenario: { name: 'clusters', file: contentHash(readFileSync(fileURLToPath(clusters.module))) },
    settings: JSON.stringify(settings),
    data: digestOf(await clusters.data(settings)),
    ...change,
  };
}

const refused = async (change: object, own = means, files: string[] = []) =>
  prepare(await run(change), own, knownScenarios(files));

describe('a worker', () => {
  it('loads the scenario, its settings and its data itself', async () => {
    const prepared = await prepare(await run(), means, knownScenarios([]));
    expect(prepared).toEqual({ module: clusters.module, settings, data: await clusters.data(settings) });
  });

  it.each([
    ['of another version of the code', { code: 'b'.repeat(64) }, 'aaaaaaaaaaaa, this worker of bbbbbbbbbbbb'],
    ['on another V8', { v8: '12.4' }, 'V8 11.3, this worker 12.4'],
    ['with other kernels', { engine: 'cpu' }, 'trains on wasm, this worker on cpu'],
  ])('%s is refused, and told what to do', async (_, change, reason) => {
    await expect(refused({}, { ...means, ...change })).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringMatching(new RegExp(`${reason}.*: (?:check out|use) `)),
    });
  });

  it('without the file of the scenario, or with another one of its name, is refused', async () => {
    const scenario = { name: 'mine', file: 'c'.repeat(64) };
    await expect(refused({ scenario })).rejects.toThrow('does not have the file of the scenario "mine"');
  });

  it("loads a file of one's own only where it was started with it", async () => {
    const file = join(folder, 'mine.scenario.ts');
    writeFileSync(file, `export { default } from ${JSON.stringify(clusters.module)};`);
    const scenario = { name: 'mine', file: contentHash(readFileSync(file)) };
    await expect(refused({ scenario })).rejects.toThrow('does not have the file');
    const { module } = await prepare(await run({ scenario }), means, knownScenarios([file]));
    expect(module).toBe(pathToFileURL(file).href);
    expect(() => knownScenarios([join(folder, 'none.ts')])).toThrow("none.ts can't be read");
  });

  it('with other data is refused', async () => {
    await expect(refused({ data: 'd'.repeat(64) })).rejects.toThrow('differ from those of the run');
    const other = { ...settings, data: { ...settings.data, perClient: 3 } };
    await expect(refused({ settings: JSON.stringify(other) })).rejects.toThrow(
      'differ from those of the run',
    );
  });

  it('that lacks the data is refused, with the reason', async () => {
    const file = join(folder, 'lacking.scenario.ts');
    writeFileSync(
      file,
      `import clusters from ${JSON.stringify(clusters.module)};
      export default { ...clusters, data() { throw new Error('There is no file corpus.jsonl.'); } };`,
    );
    const scenario = { name: 'lacking', file: contentHash(readFileSync(file)) };
    await expect(refused({ scenario }, means, [file])).rejects.toThrow(
      'can\'t load the data of the scenario "lacking": There is no file corpus.jsonl',
    );
  });

  it.each(['{', '{"plan":1}', 'null'])('refuses the settings %s', async text => {
    await expect(refused({ settings: text })).rejects.toThrow('none of the scenario "clusters"');
  });
});

describe('the settings of a run', () => {
  const federations = catalogue.flatMap(each => (each.kind === 'federation' ? [each] : []));

  it.each(federations.map(({ name, file }) => [name, file] as const))(
    'of %s are the same once they were JSON',
    async (_, file) => {
      const scenario = await loadScenario(file);
      for (const variant of [{}, ...Object.values(scenario.variants)]) {
        const complete = completeSettings(scenario, variant);
        expect(scenario.schema.parse(JSON.parse(JSON.stringify(complete)))).toEqual(complete);
      }
    },
  );
});
