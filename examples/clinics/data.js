// Patients of four clinics with three wards each, made up by this process: nobody's data.
// A clinic has its size, and its mix of patients: older ones, more of whom come back, on the island.
const clinics = { harbour: [120, 0], hill: [60, -0.5], north: [40, 0.5], island: [33, 1] };
// What age, earlier stays, blood pressure and so on do to the risk; the same everywhere.
const effects = [1.2, 0.7, 0.9, -0.6, 1.1, 0.2, -0.8, 0.5, 0.9, -1, 0.4, 0.7];

/** Names of the clinics. */
export const sites = Object.keys(clinics);

/** Twelve wards, each with the number of its clinic; a patient is twelve numbers, and came back (1) or not. */
export const wards = Array.from({ length: 12 }, (_, ward) => {
  const site = ward % sites.length;
  const [size, shift] = clinics[sites[site]];
  let seed = ward + 1;
  // Mulberry32, from 0 to 1; twelve of them make a normal number.
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, each) => sum + each, -6);
  const patient = () => {
    const numbers = effects.map((_, at) => normal() + (at === 0 ? shift : 0));
    const risk = numbers.reduce((sum, number, at) => sum + number * effects[at], -1.2);
    return { numbers, cameBack: Number(uniform() < 1 / (1 + Math.exp(-2 * risk))) };
  };
  return {
    site,
    patients: Array.from({ length: size }, patient),
    heldOut: Array.from({ length: 100 }, patient),
  };
});
