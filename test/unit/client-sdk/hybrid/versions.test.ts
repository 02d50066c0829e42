import { fineTuned } from '@murmuration/client-sdk/hybrid/fine-tuned';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { privateLayers } from '@murmuration/client-sdk/hybrid/private-layers';
import { remotePrediction } from '@murmuration/client-sdk/hybrid/remote';
import { Verdicts } from '@murmuration/client-sdk/hybrid/verdicts';
import { encodeKeptLayers } from '@murmuration/client-sdk/private-layers/kept-layers';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { decodeFrame, encodeAccepted, encodeRefused } from '@murmuration/protocol/messages/frame';
import { predict } from '@murmuration/protocol/messages/predict';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { splitLayout } from '@murmuration/protocol/weights/shared-part';
import { describe, expect, it } from 'vitest';
import { classes, hybridOn, serving, stepping, steppingSequences, TableInference } from './scene.ts';

const task = 'steps' as TaskName;
/** The likeliest class. */
const best = (values: Float32Array) => values.indexOf(Math.max(...values));
const code = (code: string) => expect.objectContaining({ code });

describe('a device', () => {
  /** Serves a version that knows the steps of its examples; then `next` is the newest. */
  async function meets(next: ModelFiles, options: Parameters<typeof hybridOn>[0] = {}, examples = 40) {
    const it = hybridOn(options);
    const good = stepping(2);
    it.device.newest = good;
    it.device.examples = steppingSequences(2, examples);
    await it.hybrid.learn();
    it.device.newest = next;
    await it.hybrid.learn();
    return { ...it, good };
  }

  it('goes on with the last good version where a new one does worse on its own examples, and says so', async () => {
    const bad = stepping(4);
    const { hybrid, good, versions, errors, inference } = await meets(bad);
    const { values, model } = await hybrid.predict([1]);
    expect([best(values), model]).toEqual([3, good.hash]);
    expect(versions).toEqual([
      {
        task,
        model: bad.hash,
        verdict: 'refused',
        serving: good.hash,
        losses: { next: expect.any(Number), before: expect.any(Number) },
      },
    ]);
    const { next, before } = versions[0]!.losses;
    expect(next).toBeGreaterThan(before + 0.1);
    expect(errors).toEqual([]);
    expect(inference.running.size).toBe(1);
  });

  it('does so with its personal models, and after a restart', async () => {
    const storage = memoryStorage();
    const personal = [fineTuned(), ngramCache()];
    const { hybrid, good } = await meets(stepping(4), { storage, personal });
    expect(await hybrid.predict([1], 'global')).toMatchObject({ model: good.hash });
    await hybrid.stop();
    const again = hybridOn({ storage, personal });
    again.device.newest = stepping(4);
    expect(await again.hybrid.predict([1], 'global')).toMatchObject({ model: good.hash });
  });

  it('serves a version that does as well, better, or worse by less than the margin', async () => {
    for (const [sureness, margin] of [
      [3, undefined],
      [5, undefined],
      [2.9, undefined],
      [1, 10],
    ] as const) {
      const next = stepping(2, sureness);
      const options = margin === undefined ? {} : { margin };
      const { hybrid, versions, good } = await meets(next, options);
      expect((await hybrid.predict([1])).model).toBe(next.hash);
      const same = next.hash === good.hash;
      expect(versions.map(({ verdict }) => verdict)).toEqual(same ? [] : ['kept']);
    }
  });

  it('serves whatever comes where it has too few examples to tell, or an infinite margin', async () => {
    for (const [options, examples] of [
      [{}, 3],
      [{ margin: Number.POSITIVE_INFINITY }, 40],
    ] as const) {
      const next = stepping(4);
      const { hybrid } = await meets(next, options, examples);
      expect((await hybrid.predict([1])).model).toBe(next.hash);
    }
  });

  it('serves the next version again that does well', async () => {
    const { hybrid, device, versions } = await meets(stepping(4));
    const better = stepping(2, 4);
    device.newest = better;
    await hybrid.learn();
    expect((await hybrid.predict([1])).model).toBe(better.hash);
    expect(versions.map(({ verdict }) => verdict)).toEqual(['refused', 'kept']);
  });

  it('does not learn again for a version that it has refused', async () => {
    const { hybrid, events, clock } = await meets(stepping(4));
    const learned = events.length;
    await hybrid.arrived();
    await clock.advance(60_000);
    expect(events).toHaveLength(learned);
  });

  it('RD11: has each verdict for the coordinator once', async () => {
    const storage = memoryStorage();
    const bad = stepping(4);
    const { hybrid } = await meets(bad, { storage });
    await hybrid.learn();
    const verdicts = new Verdicts(storage, task);
    expect(await verdicts.tell(bad.hash)).toBe('refused');
    expect(await verdicts.tell(bad.hash)).toBeUndefined();
    await hybrid.learn();
    const afterRestart = new Verdicts(storage, task);
    expect(await afterRestart.tell(bad.hash)).toBeUndefined();
    expect(await afterRestart.on(bad.hash)).toBe('refused');
  });
});

describe('verdicts', () => {
  const hash = (n: number) => n.toString(16).padStart(64, '0') as ModelHash;

  it('RD11: wait until their version is asked about, over a restart, whatever others are told', async () => {
    const storage = memoryStorage();
    const verdicts = new Verdicts(storage, task);
    await verdicts.add(hash(0), 'kept');
    await verdicts.add(hash(1), 'refused');
    expect(await verdicts.tell(hash(2))).toBeUndefined();
    expect(await verdicts.tell(hash(1))).toBe('refused');
    const afterRestart = new Verdicts(storage, task);
    expect(await afterRestart.tell(hash(1))).toBeUndefined();
    expect(await afterRestart.tell(hash(0))).toBe('kept');
  });

  it('count once a version, and are forgotten when many others have come', async () => {
    const verdicts = new Verdicts(memoryStorage(), task);
    await verdicts.add(hash(0), 'refused');
    await verdicts.add(hash(0), 'kept');
    expect(await verdicts.on(hash(0))).toBe('refused');
    for (let n = 1; n <= 16; n++) await verdicts.add(hash(n), 'kept');
    expect(await verdicts.on(hash(0))).toBeUndefined();
  });

  it('begin anew where they are damaged', async () => {
    for (const damaged of [
      '',
      '{',
      '{"judged":[]}',
      '[{"model":"a","verdict":"kept","isTold":false}]',
      '[1]',
    ]) {
      const storage = memoryStorage();
      await storage.put('verdicts.steps', new TextEncoder().encode(damaged));
      expect(await new Verdicts(storage, task).on(hash(0))).toBeUndefined();
    }
  });
});

describe('private layers as a personal model', () => {
  const layout = layoutOf([
    { name: 'shared/table', shape: [classes, classes] },
    { name: 'own/table', shape: [1] },
  ]);

  /** A version of which one value is private; the inference of these tests reads the shared table alone. */
  function split(table: Float32Array, own: number): ModelFiles {
    const weights = Float32Array.of(...table, own);
    return { hash: encodeModel({}, layout, weights).hash, topology: {}, layout, weights };
  }

  /** Remembers the weights of what it opens. */
  class Watching extends TableInference {
    readonly opened: Float32Array[] = [];

    override open(files: ModelFiles) {
      this.opened.push(files.weights);
      return super.open(files);
    }
  }

  const kept = (layers: string[], value: number) =>
    encodeKeptLayers({
      layers,
      layoutHash: splitLayout(layout, ['own']).private!.hash,
      values: Float32Array.of(value),
    });

  async function open(stored: Uint8Array | undefined) {
    const storage = memoryStorage();
    if (stored) await storage.put('private.steps', stored);
    const inference = new Watching();
    const it = hybridOn({ storage, inference, personal: [privateLayers()] });
    it.device.newest = split(stepping(2).weights, 1);
    it.device.examples = steppingSequences(2, 40);
    await it.hybrid.learn();
    return { ...it, inference };
  }

  it('is the global version with the device’s own weights, as the last round left them', async () => {
    const { hybrid, device, inference, storage, errors } = await open(kept(['own'], 7));
    expect(inference.opened.map(weights => weights.at(-1))).toEqual([1, 7]);
    expect(await hybrid.predict([1], 'personal')).toMatchObject({ source: 'personal' });
    await storage.put('private.steps', kept(['own'], 8));
    device.newest = split(stepping(2, 4).weights, 1);
    await hybrid.learn();
    expect(inference.opened.at(-1)!.at(-1)).toBe(8);
    expect([...inference.opened.at(-1)!.slice(0, -1)]).toEqual([...stepping(2, 4).weights]);
    expect(errors).toEqual([]);
  });

  it('has nothing to say before a round, nor where what is kept is damaged', async () => {
    for (const stored of [undefined, kept(['own'], 7).subarray(1)]) {
      const { hybrid, errors } = await open(stored);
      await expect(hybrid.predict([1], 'personal')).rejects.toEqual(code('hybrid.no-model'));
      expect(errors).toEqual([]);
    }
  });

  it('says so where a version has other private layers, and leaves the global model to serve', async () => {
    const { hybrid, errors } = await open(kept(['another'], 7));
    expect(errors).toEqual([code('plan.private-layers')]);
    expect(await hybrid.predict([1])).toMatchObject({ source: 'global' });
  });

  it('judges versions with the device’s private layers, not with their initial weights', async () => {
    const { hybrid, device, inference, versions } = await open(kept(['own'], 7));
    const before = inference.opened.length;
    device.newest = split(stepping(2, 4).weights, 1);
    await hybrid.learn();
    expect(inference.opened.slice(before).map(weights => weights.at(-1))).toEqual([1, 7, 7, 7]);
    expect(versions.map(({ verdict }) => verdict)).toEqual(['kept']);
    // The judged copies are closed: the global model and the personal one are open.
    expect(inference.running.size).toBe(2);
  });
});

describe('a device that can’t run the model', () => {
  const logits = Float32Array.of(0, 1, 2, 3, 2, 1);
  const answer = { model: 'a'.repeat(64), logits: new Uint8Array(logits.buffer) };

  /** A transport whose coordinator answers so. */
  function asking(reply: () => Uint8Array) {
    const asked: unknown[] = [];
    const transport = {
      async request(event: string, frame: Uint8Array) {
        asked.push([event, decodeFrame(frame, predict)]);
        return reply();
      },
    };
    return { asked, remote: remotePrediction(task, serving as never, transport) };
  }

  async function unable(remote?: ReturnType<typeof remotePrediction>, personal = [] as never[]) {
    const inference = new TableInference();
    const it = hybridOn({ inference, personal, ...(remote && { remote }) });
    it.device.newest = stepping(2);
    inference.refused.add(it.device.newest.hash);
    return it;
  }

  it('PR1: asks the coordinator where the app lets it, and says so', async () => {
    // As a socket of Node hands it out: a view of a larger buffer, of which `slice` makes no copy.
    const { asked, remote } = asking(() => Buffer.concat([encodeAccepted(answer)]));
    const { hybrid, errors } = await unable(remote);
    const { values, source, model } = await hybrid.predict([1, 2]);
    expect([best(values), source, model]).toEqual([3, 'remote', answer.model]);
    expect(values[0]).toBe(0);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(asked).toEqual([['predict', { task, version: 'champion', input: [1, 2] }]]);
    expect(errors).toEqual([code('model.unusable')]);
  });

  it('asks nobody where the app does not let it', async () => {
    const { hybrid } = await unable();
    await expect(hybrid.predict([1])).rejects.toEqual(code('hybrid.no-model'));
  });

  it('asks nobody while there is no version yet, for its personal model, nor where it runs the model', async () => {
    const { asked, remote } = asking(() => encodeAccepted(answer));
    const { hybrid, device } = hybridOn({ remote });
    await expect(hybrid.predict([1])).rejects.toEqual(code('hybrid.no-model'));
    device.newest = stepping(2);
    await hybrid.learn();
    expect(await hybrid.predict([1])).toMatchObject({ source: 'global' });
    const other = await unable(remote);
    await expect(other.hybrid.predict([1], 'personal')).rejects.toEqual(code('hybrid.no-model'));
    expect(asked).toEqual([]);
  });

  it('PR1: says why the coordinator does not answer, and takes no answer of another task', async () => {
    for (const [reply, expected] of [
      [() => encodeRefused(new MurmurationError('prediction.not-offered')), 'prediction.not-offered'],
      [() => encodeAccepted({ ...answer, logits: new Uint8Array(8) }), 'model.unusable'],
      [() => encodeAccepted({ model: 'x', logits: 1 }), 'request.invalid'],
    ] as const) {
      const { hybrid } = await unable(asking(reply).remote);
      await expect(hybrid.predict([1])).rejects.toEqual(code(expected));
    }
    const { asked, remote } = asking(() => encodeAccepted(answer));
    const { hybrid } = await unable(remote);
    await expect(hybrid.predict('no sequence')).rejects.toEqual(code('hybrid.input'));
    expect(asked).toEqual([]);
  });
});
