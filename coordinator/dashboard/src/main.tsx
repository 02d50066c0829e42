import { systemClock } from '@murmuration/protocol/time/system-clock';
import { ThemeChoice } from '@murmuration/ui/theme/theme';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { PageNotice } from './context/dashboard.ts';
import { Whereabouts } from './context/routes.ts';
import { Feed } from './live/feed.ts';
import { Ticker } from './live/ticker.ts';
import { Authentication } from './session/authentication.ts';
import { takeToken } from './session/token-in-address.ts';
import { App } from './shell/app.tsx';

const theme = new ThemeChoice('murmuration-dashboard-theme');
const token = takeToken(location, history);
const session = new Authentication();
const feed = new Feed(systemClock, {
  signedOut: () => session.ended(),
  refused: () => session.check(),
});
const ticker = new Ticker(systemClock);
const notice = new PageNotice(systemClock);
const whereabouts = new Whereabouts();

effect(() => {
  if (session.who.value && !session.hasEnded.value) {
    feed.open();
    ticker.start();
  } else {
    if (session.who.value) feed.rest();
    else feed.close();
    ticker.stop();
  }
});

render(
  <App dashboard={{ session, requests: session.requests, feed, ticker, whereabouts, theme, notice }} />,
  document.getElementById('app')!,
);
if (token === null) session.open();
else session.signIn(token);
