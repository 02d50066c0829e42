import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { Choice } from '@murmuration/demo-keyboard-app/src/consent/choice';
import { signal } from '@preact/signals';
import { beforeEach, describe, expect, it } from 'vitest';

let done: string[];
let storage: ReturnType<typeof memoryStorage>;
let failures: unknown[];

beforeEach(() => {
  done = [];
  failures = [];
  storage = memoryStorage();
});

function choiceWith(sentences = signal(0), refuses = false) {
  const did = (what: string) => async () => {
    if (refuses) throw new Error(what);
    done.push(what);
  };
  const client = {
    setConsent: (given: boolean) => did(`consent ${given}`)(),
    pause: did('pause'),
    resume: did('resume'),
    forget: did('forget'),
  };
  return new Choice(client, storage, { sentences, least: 3 }, error => failures.push(error));
}
const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('the choice of a person', () => {
  it('is no until they say yes, and nothing starts before', async () => {
    await choiceWith().open();
    expect(done).toEqual(['pause', 'consent false']);
  });

  it('lets the device take part once there is enough to learn from', async () => {
    const sentences = signal(0);
    const choice = choiceWith(sentences);
    await choice.open();
    choice.agree(true);
    await settle();
    expect(done.slice(2)).toEqual(['consent true']);
    expect(choice.missing.value).toBe(3);
    sentences.value = 3;
    await settle();
    expect(done.slice(3)).toEqual(['resume']);
    expect(choice.isActive.value).toBe(true);
    sentences.value = 4;
    await settle();
    expect(done.slice(4)).toEqual([]);
  });

  it('is asked for again where it was to less', async () => {
    // As the page stored it before devices were asked for their words.
    await storage.put('app.choice', Uint8Array.of(1, 0));
    const choice = choiceWith(signal(5));
    await choice.open();
    expect(choice.consent.value).toBe(false);
    expect(done).toEqual(['pause', 'consent false']);
    choice.agree(true);
    await settle();
    const again = choiceWith(signal(5));
    await again.open();
    expect(again.consent.value).toBe(true);
  });

  it('is remembered, pause included', async () => {
    const choice = choiceWith(signal(5));
    await choice.open();
    choice.agree(true);
    choice.pause(true);
    await settle();
    done = [];
    const again = choiceWith(signal(5));
    await again.open();
    expect([again.consent.value, again.paused.value]).toEqual([true, true]);
    expect(done).toEqual(['pause', 'consent true']);
    again.pause(false);
    await settle();
    expect(done.at(-1)).toBe('resume');
  });

  it('is no again once all is forgotten', async () => {
    const choice = choiceWith(signal(5));
    await choice.open();
    choice.agree(true);
    await choice.forget();
    await settle();
    expect(choice.consent.value).toBe(false);
    expect(done.slice(-3)).toEqual(['forget', 'pause', 'consent false']);
  });

  it('tells what could not be done, and goes on', async () => {
    const choice = choiceWith(signal(5), true);
    await choice.open();
    expect(failures).toHaveLength(2);
    choice.agree(true);
    await expect(choice.forget()).rejects.toThrow('forget');
    expect(choice.consent.value).toBe(false);
    choice.agree(true);
    await settle();
    expect(failures.length).toBeGreaterThan(2);
  });
});
