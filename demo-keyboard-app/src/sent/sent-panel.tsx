import type { ThemeChoice } from '@murmuration/ui/theme/theme';
import { sizeOf, strings, timeOf } from '../strings/strings.ts';
import { Look } from './look.tsx';
import type { SentTraffic } from './traffic.ts';

interface Shown {
  readonly traffic: SentTraffic;
  readonly theme: ThemeChoice;
}

/** Panel with all messages that left this device, and a picture of an update. */
export function SentPanel({ traffic, theme }: Shown) {
  const { messages, bytes } = traffic.totals.value;
  const masked = traffic.lastMasked.value;
  return (
    <section class="panel sent" aria-labelledby="sent-heading">
      <h2 id="sent-heading">{strings.sent.heading}</h2>
      <p class="muted">{messages === 0 ? strings.sent.none : strings.sent.total(messages, sizeOf(bytes))}</p>
      {masked ? (
        <Look masked={masked} isDark={theme.theme.value === 'dark'} />
      ) : (
        <p class="hint">{strings.sent.lookWaiting}</p>
      )}
      {messages > 0 && <Messages traffic={traffic} />}
    </section>
  );
}

function Messages({ traffic }: Pick<Shown, 'traffic'>) {
  const { table, columns, kinds, masked } = strings.sent;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboards must reach a list that scrolls.
    <section class="messages" tabIndex={0} aria-label={table}>
      <table>
        <caption class="hidden">{table}</caption>
        <thead>
          <tr>
            <th scope="col">{columns.kind}</th>
            <th scope="col">{columns.size}</th>
            <th scope="col">{columns.time}</th>
          </tr>
        </thead>
        <tbody>
          {traffic.messages.value.map(message => (
            <tr key={message.number}>
              <td>
                {kinds[message.kind]}
                {message.masked && <span class="badge">{masked}</span>}
              </td>
              <td>{sizeOf(message.bytes)}</td>
              <td>{timeOf(message.at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
