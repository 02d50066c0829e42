import { lineTask } from '../../e2e/line.ts';

/** Rounds that fail one after the other for want of devices, so that something is written again and again. */
export default lineTask({ deadlines: { gathering: '1 s', updates: '5 s' } });
