import { systemClock } from '@murmuration/protocol/system';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { Feed } from './live/feed.ts';
import { Ticker } from './live/ticker.ts';
import { App } from './page/app.tsx';
import { Notice } from './page/dashboard.ts';
import { Whereabouts } from './page/routes.ts';
import { ThemeChoice } from './page/theme.ts';
import { Session } from './session/session.ts';
import { takeToken } from './session/token-in-address.ts';

const theme = new ThemeChoice();
const token = takeToken(location, history);
const session = new Session();
const feed = new Feed(systemClock, () => session.ended());
const ticker = new Ticker(systemClock);
const notice = new Notice(systemClock);
const whereabouts = new Whereabouts();

effect(() => {
  if (session.who.value) {
    feed.open();
    ticker.start();
  } else {
    feed.close();
    ticker.stop();
  }
});

render(
  <App dashboard={{ session, requests: session.requests, feed, ticker, whereabouts, theme, notice }} />,
  document.getElementById('app')!,
);
if (token === null) session.open();
else session.signIn(token);
