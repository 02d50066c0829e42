import { LoadedHybrid, loadServedHybrid } from '@murmuration/client-sdk/hybrid/loaded-hybrid';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { describe, expect, it } from 'vitest';
import { hybridOn, stepping, steppingSequences } from './scene.ts';

/** A hybrid model whose script comes when `come` is called, and fails to come `failures` times before. */
function loading(failures = 0) {
  const scene = hybridOn({ personal: [ngramCache()] });
  let asked = 0;
  let come!: () => void;
  const gate = new Promise<void>(resolve => {
    come = resolve;
  });
  const load = async () => {
    asked += 1;
    if (asked <= failures) throw new TypeError('Failed to fetch dynamically imported module');
    await gate;
    return loadServedHybrid();
  };
  const hybrid = new LoadedHybrid(scene.ports, load);
  return { ...scene, hybrid, come, asked: () => asked };
}

describe('a hybrid model whose script is loaded when it is used', () => {
  it('loads nothing for an app that stops without having used it', async () => {
    const { hybrid, asked } = loading();
    expect(hybrid.report()).toBeNull();
    hybrid.consider();
    await hybrid.stop();
    expect(asked()).toBe(0);
  });

  it('answers what was asked while its script was on the way', async () => {
    const { hybrid, come, asked } = loading();
    const observed = Promise.all(steppingSequences(2, 4).map(sequence => hybrid.observe(sequence)));
    const prediction = hybrid.predict([1]);
    come();
    await observed;
    expect(await prediction).toMatchObject({ source: 'personal' });
    expect(asked()).toBe(1);
  });

  it('is stopped when `stop` returns, where its script came after that was asked', async () => {
    const { hybrid, come, device, inference } = loading();
    device.newest = stepping(1);
    const started = hybrid.start();
    const stopped = hybrid.stop();
    come();
    await Promise.all([started, stopped]);
    expect(inference.running.size).toBe(0);
  });

  it('tells that its script did not come, and asks for it again', async () => {
    const { hybrid, come, errors, device } = loading(1);
    device.newest = stepping(1);
    await hybrid.start();
    expect(errors).toMatchObject([
      { code: 'training.failed', detail: 'Failed to fetch dynamically imported module' },
    ]);
    come();
    expect(await hybrid.predict([1])).toMatchObject({ source: 'global' });
    await hybrid.stop();
  });
});
