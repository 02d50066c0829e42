import { type DrawMark, drawCarefully } from '@murmuration/rounds/selection/careful-draw';
import { drawUniformly } from '@murmuration/rounds/selection/draw';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const all = Array.from({ length: 21 }, (_, i) => `device-${String(i).padStart(2, '0')}`);
const suspect = (suspicion: number, failures = suspicion): DrawMark => ({
  suspicion,
  failures,
  isBenched: false,
});
const silent: DrawMark = { suspicion: 0, failures: 0, isBenched: true };

const draw = (marks: Record<string, DrawMark>, count: number, least: number, seed = 1) =>
  drawCarefully(all, count, least, device => marks[device], seededRandom(seed));

const marked = (devices: readonly string[], mark: DrawMark) =>
  Object.fromEntries(devices.map(device => [device, mark]));

describe('a draw by how devices have behaved', () => {
  it('is the uniform one where nothing speaks against anybody', () => {
    expect(draw({}, 6, 4)).toEqual(drawUniformly(all, 6, seededRandom(1)));
  });

  it('takes silent devices last', () => {
    const marks = marked(all.slice(0, 12), silent);
    expect(draw(marks, 9, 9).toSorted()).toEqual(all.slice(12));
    expect(draw(marks, 10, 10).toSorted()).toEqual(expect.arrayContaining(all.slice(12)));
  });

  it('has one suspect at most in a cohort, the one with the fewest failures first', () => {
    const marks = { ...marked(all.slice(0, 6), suspect(2)), [all[3]!]: suspect(1) };
    for (let seed = 0; seed < 20; seed++) {
      const drawn = draw(marks, 6, 4, seed);
      expect(drawn).toHaveLength(6);
      expect(drawn.filter(device => marks[device])).toEqual([all[3]]);
    }
  });

  it('halves the suspects where too few others wait, and keeps what the updates take', () => {
    const marks = marked(all.slice(0, 20), suspect(1));
    expect(draw(marks, 20, 10)).toHaveLength(11);
    expect(draw(marks, 20, 10)).toContain(all[20]);
    expect(draw(marks, 20, 16)).toHaveLength(17);
    expect(draw(marks, 20, 20)).toHaveLength(20);
  });

  it('probes one that failed again among as few others as will do', () => {
    expect(draw({ [all[0]!]: suspect(2) }, 20, 10)).toHaveLength(11);
    expect(draw({ [all[0]!]: suspect(1) }, 20, 10)).toHaveLength(20);
  });
});
