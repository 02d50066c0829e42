import { systemClock } from '@murmuration/protocol/time/system-clock';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { inferenceSchema, serverSettings } from '@murmuration/serving/assembly/settings';
import { assigned } from '@murmuration/serving/experiments/assignment';
import type { ServedExperiment } from '@murmuration/serving/experiments/experiment';
import type { Runtime } from '@murmuration/serving/runtime/runtime';
import type { Exchange } from '@murmuration/serving/server/events';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import type { Shadowed } from '@murmuration/serving/server/mirror';
import type { InferRequest } from '@murmuration/serving/server/request';
import { folderModels } from '@murmuration/serving/source/folder';
import type { ModelSource } from '@murmuration/serving/source/source';
import { afterEach, describe, expect, it } from 'vitest';
import { echoRuntime } from '../echo-runtime.ts';
import { HeldRuntime } from '../held-runtime.ts';
import { ModelFolder } from '../models.ts';

const spec = { name: 'x', datatype: 'FP32', shape: [-1] } as const;

function split(rest: Partial<ServedExperiment> = {}): ServedExperiment {
  return {
    id: 'e',
    kind: 'split',
    key: { in: 'header', name: 'x-key' },
    salt: 'salt',
    layer: { salt: 'layer', from: 0, to: 1 },
    arms: [
      { name: 'old', version: '1', share: 0.5 },
      { name: 'new', version: '2', share: 0.5 },
    ],
    ...rest,
  };
}
const mirror = (version: string) => split({ kind: 'mirror', arms: [{ name: 'shadow', version, share: 1 }] });

const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

/** A server of the model m with versions 1 to 3, of which 3 is the standard one, and its experiments. */
async function open(
  experiments: readonly ServedExperiment[],
  shadow: Runtime = echoRuntime(),
  own: Runtime = echoRuntime(),
) {
  const folder = await ModelFolder.create();
  for (const version of [1, 2, 3]) await folder.putEcho('m', version, [spec]);
  const models = await folderModels(folder.path, systemClock);
  const source: ModelSource = {
    description: 'a folder',
    names: () => models.names(),
    listing: name => models.listing(name),
    resolve: (name, at) => models.resolve(name, at),
    content: model => models.content(model),
    watch: changed => models.watch(changed),
    close: () => models.close(),
    experiments: name => (name === 'm' ? experiments : []),
  };
  const answered: Exchange[] = [];
  const shadowed: Shadowed[] = [];
  const heard: string[] = [];
  let told = () => {};
  const server = new InferenceServer({
    ...serverSettings(inferenceSchema.parse({})),
    source,
    runtimes: [own],
    transformers: () => undefined,
    mirrorRuntime: () => shadow,
    clock: systemClock,
    turns: systemTurns,
    events: {
      answered: exchange => answered.push(exchange),
      shadowed: each => {
        shadowed.push(each);
        told();
      },
      unmirrored: () => heard.push('unmirrored'),
      unserved: ({ arm }) => heard.push(`unserved ${arm}`),
      fault: where => heard.push(where),
    },
  });
  closes.push(async () => {
    await server.close();
    await folder.remove();
  });
  return {
    server,
    answered,
    shadowed,
    heard,
    /** Resolves once so many requests were mirrored. */
    async mirrored(count: number) {
      while (shadowed.length < count)
        await new Promise<void>(resolve => {
          told = resolve;
        });
    },
    ask: (key?: string, rest: Partial<InferRequest> = {}) =>
      server.infer({
        model: 'm',
        inputs: [{ ...spec, shape: [1], data: Float32Array.of(1) }],
        protocol: 'test',
        ...(key !== undefined && { headers: { 'x-key': key } }),
        ...rest,
      }),
  };
}

const people = Array.from({ length: 40 }, (_, at) => `person ${at}`);

describe('a request in an experiment', () => {
  it('is answered by the version of its key each time, also by another server', async () => {
    const [one, other] = [await open([split()]), await open([split()])];
    for (const key of people) {
      const { version, arm } = assigned(split(), key)!;
      for (const world of [one, one, other]) {
        const answer = await world.ask(key);
        expect([answer.version, answer.variant?.arm]).toEqual([version, arm]);
      }
    }
    expect(new Set(one.answered.map(({ version }) => version))).toEqual(new Set(['1', '2']));
    const last = one.answered.at(-1)!;
    expect(last.variant?.unit).toBe(assigned(split(), people.at(-1)!)!.unit);
    expect(JSON.stringify(last.variant)).not.toContain('person');
  });

  it('is not split where it names a version, or is not in the part of the layer', async () => {
    const none = split({ layer: { salt: 'layer', from: 0, to: 1e-12 } });
    const world = await open([split()]);
    for (const key of people.slice(0, 10)) {
      const named = await world.ask(key, { version: 'latest' });
      expect([named.version, named.variant]).toEqual(['3', undefined]);
    }
    const outside = await open([none]);
    for (const key of people.slice(0, 10)) expect((await outside.ask(key)).version).toBe('3');
  });

  it('without a key is split by itself', async () => {
    const world = await open([split()]);
    const arms = new Set<string | undefined>();
    for (let each = 0; each < 30; each++) arms.add((await world.ask()).variant?.arm);
    expect(arms).toEqual(new Set(['old', 'new']));
    // One that is named has that as its key: asked again, it gets the same.
    const first = await world.ask(undefined, { id: 'mail-1' });
    expect((await world.ask(undefined, { id: 'mail-1' })).variant).toEqual(first.variant);
  });

  it('takes its key from a parameter as well', async () => {
    const experiment = split({ key: { in: 'parameter', name: 'user' } });
    const world = await open([experiment]);
    for (const user of ['Ada', 17]) {
      const answer = await world.ask(undefined, { parameters: { user } });
      expect(answer.version).toBe(assigned(experiment, String(user))!.version);
    }
  });

  it.each([
    ['header', '-1.5', -1.5],
    ['header', ' 2e3 ', 2_000],
    ['header', '', undefined],
    ['header', undefined, undefined],
    ['header', ['4', '5'], 4],
    ['parameter', 17, 17],
    ['parameter', '17', 17],
    ['parameter', -1e12, -1e12],
    ['parameter', null, undefined],
  ] as const)('says in its %s what was known of its key before: %j', async (place, said, covariate) => {
    const world = await open([split({ covariate: { in: place, name: 'x-before' } })]);
    const rest =
      place === 'header'
        ? { headers: { 'x-key': 'Ada', 'x-before': said as string } }
        : { parameters: { 'x-before': said } };
    const { variant } = await world.ask('Ada', rest);
    expect(variant?.covariate).toBe(covariate);
  });

  it.each([
    ['header', 'many'],
    ['header', ' '],
    ['header', 'NaN'],
    ['header', 'Infinity'],
    ['header', '1e300'],
    ['parameter', true],
    ['parameter', { a: 1 }],
    ['parameter', Number.NaN],
    ['parameter', 1.1e12],
  ] as const)('is refused where its %s has %j for that, and no other one is', async (place, said) => {
    const world = await open([split({ covariate: { in: place, name: 'x-before' } })]);
    const rest =
      place === 'header'
        ? { headers: { 'x-key': 'Ada', 'x-before': said as string } }
        : { parameters: { 'x-before': said } };
    await expect(world.ask('Ada', rest)).rejects.toMatchObject({
      code: 'inference.input',
      detail: expect.stringContaining(`The ${place} x-before is no number`),
    });
    expect((await world.ask('Ada')).variant).not.toHaveProperty('covariate');
    // Whoever names a version is in no experiment, and where none asks for it, it is anything.
    expect((await world.ask('Ada', { ...rest, version: 'latest' })).version).toBe('3');
    expect((await (await open([split()])).ask('Ada', rest)).variant).not.toHaveProperty('covariate');
  });

  it('is answered by the standard version where its own can’t be had, which is counted against the arm', async () => {
    const broken = split({ arms: [{ name: 'gone', version: '9', share: 1 }] });
    const world = await open([broken]);
    const answer = await world.ask('Ada');
    expect([answer.version, answer.variant]).toEqual(['3', undefined]);
    expect(world.heard).toEqual(['a version of an experiment', 'unserved gone']);
  });
});

describe('a request that is mirrored', () => {
  it('is answered by the standard version, and by the shadow for nobody', async () => {
    const world = await open([mirror('1')]);
    expect((await world.ask('Ada')).version).toBe('3');
    await world.mirrored(1);
    const [shadow] = world.shadowed;
    expect(shadow).toMatchObject({ model: 'm', variant: { experiment: 'e', arm: 'shadow' } });
    expect(shadow?.outputs).toEqual(shadow?.answered);
  });

  it('is answered though the shadow hangs, and what does not fit is left out', async () => {
    const held = new HeldRuntime();
    held.isHeld = true;
    const world = await open([mirror('1')], held);
    for (let each = 0; each < 60; each++) expect((await world.ask(`person ${each}`)).version).toBe('3');
    // One runs, and 32 wait.
    expect(held.waiting).toBeLessThanOrEqual(1);
    expect(world.heard.filter(each => each === 'unmirrored').length).toBeGreaterThanOrEqual(60 - 33 - 1);
    held.isHeld = false;
    held.release();
  });

  it('is answered though the shadow fails, or can’t be had', async () => {
    const broken: Runtime = {
      ...echoRuntime(),
      load: async () => {
        throw new Error('It does not load.');
      },
    };
    for (const world of [await open([mirror('1')], broken), await open([mirror('9')])]) {
      for (const key of ['Ada', 'Bob']) expect((await world.ask(key)).version).toBe('3');
      await world.mirrored(2);
      expect(world.shadowed.map(({ outputs }) => outputs)).toEqual([null, null]);
      expect(world.answered.every(({ error }) => error === null)).toBe(true);
    }
  });

  it('may be in a split at the same time', async () => {
    const world = await open([split(), { ...mirror('3'), id: 'm' }]);
    const answer = await world.ask('Ada');
    expect(answer.version).toBe(assigned(split(), 'Ada')!.version);
    await world.mirrored(1);
    expect(world.shadowed[0]?.variant.experiment).toBe('m');
  });
});
