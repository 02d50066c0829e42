import { retry } from '@murmuration/client-sdk/retry/retry';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { sleep } from '@murmuration/protocol/time/sleep';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { UploadPlaces } from '@murmuration/rounds/limits/upload-places';
import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const never = new AbortController().signal;
const drop = () => {};

let clock: VirtualClock;

beforeEach(() => {
  clock = new VirtualClock();
});

function open(uploads: number, uploadBytes = 1_000_000): UploadPlaces {
  return new UploadPlaces({ uploads, uploadBytes }, clock);
}

/** ms after which an upload that finds no place is to come back. */
function refused(places: UploadPlaces, name: string): number {
  try {
    places.take(name, 1, drop);
  } catch (error) {
    expect(error).toMatchObject({ code: 'update.too-many', retryable: true });
    return (error as MurmurationError).after!;
  }
  throw new Error(`${name} has found a place.`);
}

/**
 * When the last of so many devices has sent its update and how often they were refused, where all begin at once, each takes `took` ms, and
 * tries again as the SDK does.
 */
async function sendAll(places: UploadPlaces, devices: number, took: (device: number) => number) {
  let [sent, refusals] = [0, 0];
  const start = clock.now();
  const ports = { clock, random: seededRandom(7) };
  const send = async (device: number) => {
    await retry(
      async () => {
        let end: () => void;
        try {
          end = places.take(`device ${device}`, 1, drop);
        } catch (error) {
          refusals += 1;
          const { after = 2_000 } = error as MurmurationError;
          // As HTTP says it.
          throw new MurmurationError('update.too-many', undefined, {
            after: 1_000 * Math.max(1, Math.ceil(after / 1_000)),
          });
        }
        await sleep(took(device), clock, never);
        end();
      },
      ports,
      never,
    );
    sent += 1;
  };
  const all = Promise.all(Array.from({ length: devices }, (_, device) => send(device)));
  await clock.run(() => sent === devices);
  await all;
  return { ms: clock.now() - start, refusals };
}

it('has places in number and in bytes; a single upload may have more bytes', () => {
  const places = open(3, 100);
  const end = places.take('large', 1_000, drop);
  refused(places, 'small');
  end();
  places.take('a', 60, drop);
  places.take('b', 39, drop);
  places.take('c', 1, drop);
  end();
  refused(places, 'd');
});

it('drops an older try of the same assignment, which gives back no place of the newer one', () => {
  const places = open(1);
  let dropped = 0;
  const end = places.take('a', 1, () => {
    dropped += 1;
  });
  const endOfNewer = places.take('a', 1, drop);
  expect(dropped).toBe(1);
  end();
  refused(places, 'b');
  endOfNewer();
  places.take('b', 1, drop);
});

describe('UP18: one that finds no place', () => {
  /** Two places, taken, of uploads that took 400 ms so far. */
  async function full(): Promise<{ places: UploadPlaces; end: () => void }> {
    const places = open(2);
    for (let i = 0; i < 100; i++) {
      const end = places.take(`before ${i}`, 1, drop);
      await clock.advance(400);
      end();
    }
    const end = places.take('under way', 1, drop);
    places.take('also under way', 1, drop);
    return { places, end };
  }

  it('is told its turn, behind the others, at the pace at which places become free', async () => {
    const { places } = await full();
    expect(Math.round(refused(places, 'a'))).toBe(200);
    expect(Math.round(refused(places, 'b'))).toBe(400);
    await clock.advance(100);
    expect(Math.round(refused(places, 'c'))).toBe(500);
    // Who comes too early keeps its turn.
    expect(Math.round(refused(places, 'b'))).toBe(300);
    await clock.advance(10_000);
    expect(Math.round(refused(places, 'd'))).toBe(200);
  });

  it('goes before others, in its turn among its like, once it has come in vain as it was told', async () => {
    const { places } = await full();
    const names = Array.from({ length: 20 }, (_, i) => `device ${i}`);
    for (const name of names) refused(places, name);
    await clock.advance(500);
    expect(Math.round(refused(places, names[0]!))).toBe(200);
    expect(Math.round(refused(places, names[1]!))).toBe(400);
    // Behind the last of the others, whose turn is 4 s after the first moment.
    expect(Math.round(refused(places, 'new'))).toBe(3_700);
  });

  it('takes a place that is free, whoever has a turn', async () => {
    const { places, end } = await full();
    refused(places, 'a');
    end();
    places.take('b', 1, drop);
    // Behind a, which has not come yet; uploads take an eighth less than they did, since one took no time.
    expect(Math.round(refused(places, 'c'))).toBe(375);
  });

  it('never waits longer than 60 s, also where the clock was set back meanwhile', async () => {
    const { places } = await full();
    for (let i = 0; i < 2_000; i++) expect(refused(places, `device ${i}`)).toBeLessThanOrEqual(60_000);
    clock = new VirtualClock(0);
    let now = 1e12;
    const stepped = new UploadPlaces({ uploads: 1, uploadBytes: 1 }, { now: () => now, at: () => drop });
    const end = stepped.take('a', 1, drop);
    expect(refused(stepped, 'b')).toBe(100);
    now -= 1e9;
    expect(refused(stepped, 'b')).toBe(100);
    expect(refused(stepped, 'c')).toBe(200);
    end();
    // A time below 0 would make the next turns earlier than now.
    stepped.take('d', 1, drop);
    expect(refused(stepped, 'e')).toBeGreaterThan(0);
  });

  it.each([
    [8, 200, 50],
    [8, 200, 250],
    [8, 200, 1_000],
    [8, 200, 4_000],
    [8, 1_000, 200],
    [64, 800, 2_000],
  ])(
    'of %i places, for %i devices that take %i ms each, tries a few times, and they are not idle for long',
    async (count, devices, took) => {
      const shortest = (devices * took) / count;
      const even = await sendAll(open(count), devices, () => took);
      expect(even.ms).toBeLessThan(1.35 * shortest + 5_000);
      expect(even.refusals).toBeLessThan(4 * devices);
      const uneven = await sendAll(open(count), devices, device => (device % 5 === 0 ? 3 * took : took / 2));
      expect(uneven.ms).toBeLessThan(1.5 * shortest + 5_000);
      expect(uneven.refusals).toBeLessThan(4 * devices);
    },
  );
});
