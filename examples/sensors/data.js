// Temperatures of sensors in a cold store, made up by this process: nobody's data.

/** Readings of a sensor, one an hour, in °C: a day's swing, noise, and now and then a door left open. */
export function readings(sensor, hours = 400) {
  let seed = 1000 + sensor;
  // Mulberry32, from 0 to 1; twelve of them make a normal number.
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, each) => sum + each, -6);
  const phase = 24 * uniform();
  return Array.from({ length: hours }, (_, hour) => {
    const isOpen = uniform() < 0.01;
    const swing = 3 * Math.sin(((hour + phase) * Math.PI) / 12);
    return { celsius: 4 + swing + 0.3 * normal() + (isOpen ? 6 : 0), isOpen };
  });
}

/** Windows of five readings of a sensor, the last to be predicted. */
export function windows(sensor) {
  const all = readings(sensor).map(({ celsius }) => celsius);
  return all.slice(4).map((_, at) => all.slice(at, at + 5));
}
