/**
 * Script of reports with figures: shows the values under the pointer or at the keys, and marks the chosen
 * round in all charts and in the table of events.
 */
export const script = `const made = (tag, name, text = '') => Object.assign(document.createElement(tag), { className: name, textContent: text });
const all = what => [...document.querySelectorAll(what)];
const nearest = (places, to) => places.reduce((best, each, i) => (Math.abs(each - to) < Math.abs(places[best] - to) ? i : best), 0);
const shown = chart => [...chart.querySelectorAll('.view')].find(view => view.getClientRects().length > 0);
const [tip, cursor] = [made('div', 'tip'), made('div', 'cursor')];
const leave = () => { tip.hidden = cursor.hidden = true; };
const parsed = new WeakMap();
const dataOf = view => (parsed.has(view) ? parsed : parsed.set(view, JSON.parse(view.querySelector('script').textContent))).get(view);
let chosen;

function put(mark, at) {
  mark.hidden = at === undefined;
  mark.style.left = 'calc(3.25rem + (100% - 4rem) * ' + at / 100 + ')';
}
function said(view, i) {
  const { heads, rows, rounds } = dataOf(view);
  const values = rows.filter(({ texts }) => texts[i] !== null).map(({ name, colour, texts }) => ['swatch ' + (Array.isArray(colour) ? colour[i] : colour), name + ' ' + texts[i]]);
  const events = all('[data-round="' + rounds?.[i] + '"]').map(link => ['', link.closest('tr').lastElementChild.textContent]);
  return [['', heads[i]], ...values, ...events];
}
function tell(view, i, y) {
  const chart = view.parentElement;
  const { at } = dataOf(view);
  tip.replaceChildren(...said(view, i).map(([look, text], line) => {
    const told = made(line ? 'span' : 'b', '');
    told.append(...(look ? [made('i', look)] : []), text);
    return told;
  }));
  chart.append(tip);
  view.append(cursor);
  tip.hidden = false;
  put(cursor, at[i]);
  const [area, outer] = [view.querySelector('.plot'), chart].map(each => each.getBoundingClientRect());
  const left = area.left - outer.left + (at[i] / 100) * area.width;
  const { width } = tip.getBoundingClientRect();
  const beside = left > outer.width / 2 ? left - 14 - width : left + 14;
  tip.style.left = Math.max(0, Math.min(beside, outer.width - width)) + 'px';
  tip.style.top = Math.max(0, Math.min(y - outer.top - 20, outer.height - tip.offsetHeight)) + 'px';
}
function choose(round) {
  chosen = round;
  for (const mark of all('.mark')) {
    const { at, rounds } = dataOf(mark.parentElement);
    put(mark, round === undefined ? undefined : at[nearest(rounds, round)]);
  }
  for (const link of all('[data-round]')) {
    const [row, box] = ['tr', '.scroll'].map(each => link.closest(each));
    row.classList.toggle('chosen', Number(link.dataset.round) === round);
    link.setAttribute('aria-current', row.className === 'chosen');
    if (row.className && !box.contains(document.activeElement)) box.scrollTop = row.offsetTop - box.clientHeight / 2;
  }
  for (const chart of all('[role=slider]')) {
    const { rounds } = dataOf(shown(chart));
    const i = chosen === undefined ? rounds.length - 1 : nearest(rounds, chosen);
    const texts = said(shown(chart), i).map(([, text]) => text);
    const values = { min: Math.min(...rounds), max: Math.max(...rounds), now: rounds[i], text: texts.join(', ') };
    for (const [name, value] of Object.entries(values)) chart.setAttribute('aria-value' + name, value);
  }
}
function ready() {
  for (const chart of all('[data-chart]:has(.mark)')) {
    chart.removeAttribute('aria-hidden');
    chart.setAttribute('role', 'slider');
    chart.setAttribute('aria-label', 'Round in ' + chart.parentElement.querySelector('h3').textContent);
    chart.tabIndex = 0;
  }
  choose(chosen);
}
function pointed({ target, clientX, clientY }, isChoice) {
  const view = target.closest('.view');
  if (!view) return leave();
  const { left, width } = view.querySelector('.plot').getBoundingClientRect();
  const { at, rounds } = dataOf(view);
  const i = nearest(at, (100 * (clientX - left)) / width);
  if (isChoice && rounds) choose(rounds[i]);
  tell(view, i, clientY);
}
document.addEventListener('pointermove', event => pointed(event, false));
document.documentElement.addEventListener('pointerleave', leave);
document.addEventListener('click', event => {
  const link = event.target.closest('[data-round]');
  if (!link) return pointed(event, true);
  event.preventDefault();
  choose(Number(link.dataset.round));
  document.querySelector('[role=slider]')?.scrollIntoView({ block: 'nearest' });
});
document.addEventListener('focusin', ({ target: { dataset } }) => dataset.round && choose(Number(dataset.round)));
document.addEventListener('focusout', leave);
document.addEventListener('change', () => choose(chosen));
document.addEventListener('keydown', event => {
  const { target, key } = event;
  if (key === 'Escape') return leave(), choose();
  const step = { ArrowLeft: -1, ArrowDown: -1, PageDown: -10, Home: -1e9, ArrowRight: 1, ArrowUp: 1, PageUp: 10, End: 1e9 }[key];
  if (!step || !target.matches('[role=slider]')) return;
  event.preventDefault();
  const { rounds } = dataOf(shown(target));
  const from = chosen === undefined ? (step > 0 ? -1 : rounds.length) : nearest(rounds, chosen);
  const i = Math.max(0, Math.min(from + step, rounds.length - 1));
  choose(rounds[i]);
  tell(shown(target), i, target.getBoundingClientRect().top);
});
leave();
ready();`;

/**
 * Script of a page that its server renews: asks for what follows the page that it has, and takes it over
 * without losing the reader's place, until that page is no live one.
 */
export const liveScript = `const places = 'a, summary, input, [tabindex]';
async function renew() {
  for (let tag = ''; document.documentElement.dataset.live !== undefined; ) {
    const answer = await fetch('', { headers: { 'if-none-match': tag } });
    tag = answer.headers.get('etag');
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const home = document.activeElement.closest('[id]');
    const place = home && [...home.querySelectorAll(places)].indexOf(document.activeElement);
    const tops = all('.scroll').map(box => box.scrollTop);
    for (const each of all('figure details[open]')) page.querySelector('#' + each.parentElement.id + ' details')?.setAttribute('open', '');
    for (const each of all('.over :checked')) page.querySelector('.over [value=' + each.value + ']').checked = true;
    for (const part of ['header', 'main']) document.querySelector(part).replaceWith(page.querySelector(part));
    if (page.documentElement.dataset.live === undefined) delete document.documentElement.dataset.live;
    document.title = page.title;
    ready();
    all('.scroll').forEach((box, i) => (box.scrollTop = tops[i] ?? 0));
    if (home) document.getElementById(home.id)?.querySelectorAll(places)[place]?.focus({ preventScroll: true });
  }
}
renew().catch(() => document.querySelector('.ending')?.append(' The program that renewed this page is gone.'));`;
