// Weather of the places of the time zone database, made up by a process that knows their latitude.
import { readFileSync } from 'node:fs';

const table = readTable('/usr/share/zoneinfo/zone1970.tab');

/** Places by name, such as `berlin`, with their latitude in degrees. */
export const places = table
  .split('\n')
  .filter(line => line && !line.startsWith('#'))
  .map(line => {
    const [, position, zone] = line.split('\t');
    const [, sign, degrees, minutes] = /^([+-])(\d\d)(\d\d)/.exec(position);
    return {
      name: zone.split('/').at(-1).toLowerCase(),
      latitude: Number(`${sign}${Number(degrees) + Number(minutes) / 60}`),
    };
  });

/**
 * The first `count` days of a place, each with what a model gets of it: its temperature in tens of °C and the
 * season as a point on a circle, and the temperature `tomorrow`. The mean falls with the latitude,
 * temperatures swing by the season of the place's half of the earth, and part of a day's deviation is still
 * there on the next.
 */
export function daysOf({ name, latitude }, count) {
  let seed = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7);
  // Mulberry32, from 0 to 1; twelve of them make a normal number.
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, each) => sum + each, -6);
  const [mean, swing] = [27 - 0.008 * latitude ** 2, -0.35 * latitude];
  const persistence = 0.2 + 0.4 * uniform();
  let deviation = 0;
  const temperature = day => {
    deviation = persistence * deviation + 2 * normal();
    // The coldest day of the north is 21 January.
    return mean + swing * Math.cos(angleOf(day - 20)) + deviation;
  };
  const temperatures = Array.from({ length: count + 1 }, (_, day) => temperature(day));
  return temperatures.slice(0, -1).map((today, day) => ({
    input: [today / 10, Math.sin(angleOf(day)), Math.cos(angleOf(day))],
    tomorrow: temperatures[day + 1],
  }));
}

const angleOf = day => (2 * Math.PI * day) / 365.25;

function readTable(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    console.error(`The table of places, ${path}, is missing: apt-get install tzdata`);
    process.exit(1);
  }
}
