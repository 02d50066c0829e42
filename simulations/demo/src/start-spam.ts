import { systemClock } from '@murmuration/protocol/time/system-clock';
import { datedMail } from '@murmuration/simulations/data/dated-mail';
import { dashboardPage } from '@murmuration/simulations/pages/built-page';
import type { Happening } from '@murmuration/studies/spam/happening';
import { Replay } from '@murmuration/studies/spam/replay';
import { dateOf, findingsOf, from, playOn, playSeason } from '@murmuration/studies/spam/season';
import { watched } from '@murmuration/studies/spam/task';
import { addressBox, isColourful } from './demonstration/address-box.ts';
import { Display } from './demonstration/display.ts';
import { browserCommand, openBrowser } from './demonstration/open-browser.ts';
import { parseSpamOptions } from './demonstration/spam-options.ts';

const hour = 3_600_000;

/**
 * `npm start -- --example spam`: a mail filter that stays good on its own, at high speed, with the dashboard.
 */
export async function startSpam(argv: readonly string[]): Promise<void> {
  const options = parseSpamOptions(argv);
  const out = options.json ? process.stderr : process.stdout;
  const display = new Display(out);
  display.say(
    'A filter judges the mails of autumn 2002 as they came. In September, mail of a new kind begins.',
  );
  await dashboardPage(modules => display.busy(`Building the dashboard: ${modules} files`));
  const mails = datedMail();
  const began = systemClock.now();
  let playedSince = began;
  const replay = await Replay.open(mails, from, options.seed, {
    port: options.port,
    pace: now => until(playedSince + aheadOf(now, options.speed)),
    heard: happening => {
      // Time stands still while the filter learns.
      if (happening.kind === 'trained')
        playedSince = systemClock.now() - aheadOf(happening.at, options.speed);
      display.say(`  ${dateOf(happening.at)}: ${textOf(happening)}`);
    },
  });
  const over = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      over.abort();
      void replay.close().then(() => process.exit(0));
    });
  display.say(
    addressBox(
      [
        { name: 'Dashboard: Training and Monitor', url: replay.dashboard },
        { name: 'Ask the filter', url: `${replay.url}/v2/models/spam` },
      ],
      isColourful(out, process.env),
    ),
  );
  const { platform, env: environment } = process;
  const browser =
    options.open && !options.json
      ? browserCommand(replay.dashboard, { platform, isTTY: out.isTTY === true, environment })
      : undefined;
  if (browser) openBrowser(browser);
  await playSeason(replay, mails, line => display.say(line));
  const { figures, table, failure } = await findingsOf(replay, options.seed, began);
  if (failure !== undefined) {
    display.say(failure);
    process.exitCode = 1;
  }
  for (const row of table) display.say(row.map((cell, at) => cell.padStart(at === 0 ? 10 : 24)).join(''));
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  if (options.exit) return replay.close();
  await playOn(replay, mails);
  display.say(`The filter answers at ${replay.url}/v2/models/spam until you press Ctrl-C.`);
  await replay.linger(over.signal);
}

/** Milliseconds of the system's clock from the beginning of the replay to one of its times. */
function aheadOf(now: number, speed: number): number {
  return (1_000 * (now - from)) / (speed * hour);
}

/** Waits for a time of the system's clock. */
function until(time: number): Promise<void> {
  if (time <= systemClock.now()) return Promise.resolve();
  return new Promise(resolve => systemClock.at(time, resolve));
}

function textOf(happening: Happening): string {
  switch (happening.kind) {
    case 'drift':
      return happening.features.length === 0
        ? 'a week like those before'
        : `${happening.features.join(' and ')} drifted${happening.features.includes(watched) ? ', which has the filter trained again' : ''}`;
    case 'trained':
      return `version ${happening.version} was trained`;
    case 'promoted':
      return `the gate promoted version ${happening.version}`;
    case 'refused':
      return `the gate refused version ${happening.version}: ${happening.reason}`;
  }
}
