import type { Point } from '@murmuration/simulations/spaces/dimensions';
import type { Space } from '@murmuration/simulations/spaces/space';
import type { SettingAssignment } from '../command/runs-asked.ts';
import { flatPoint, settingText } from './flat.ts';

/** Returns the command that runs the chosen settings. */
export function commandOf(
  called: string,
  { training, finals }: Space,
  set: readonly SettingAssignment[],
  chosen: Point['settings'],
  most: number,
  usual: number,
): string {
  const all = [...set, ...flatPoint(chosen)];
  if (training === 'central') {
    const plan = all.flatMap(({ path, value }) =>
      path.startsWith('plan.') ? [[path.slice('plan.'.length), value] as const] : [],
    );
    return `training: central({ … }), plan: ${JSON.stringify({ ...Object.fromEntries(plan), epochs: most })}`;
  }
  const options = [...all, ...(most === usual ? [] : [{ path: 'stop.rounds', value: most }])].map(each => {
    const text = settingText(each);
    return `--set ${/^[\w.=/:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`}`;
  });
  return `npm run simulate -- ${[called, ...options, `--seeds ${finals}`].join(' ')}`;
}
