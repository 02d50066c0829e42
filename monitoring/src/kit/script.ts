/** Script of reports with figures: shows the values under the pointer. */
export const script = `for (const chart of document.querySelectorAll('[data-chart]')) {
  const made = (tag, name, text = '') => Object.assign(document.createElement(tag), { className: name, textContent: text });
  const [tip, cursor] = [made('div', 'tip'), made('div', 'cursor')];
  const known = new Map();
  const leave = () => { tip.hidden = cursor.hidden = true; };
  leave();
  chart.append(cursor, tip);
  chart.addEventListener('pointerleave', leave);
  chart.addEventListener('pointermove', event => {
    const view = event.target.closest('.view');
    if (!view) return leave();
    if (!known.has(view)) known.set(view, JSON.parse(view.querySelector('script').textContent));
    const { at, heads, rows } = known.get(view);
    const [area, outer] = [view.querySelector('.plot'), chart].map(each => each.getBoundingClientRect());
    const pointed = (100 * (event.clientX - area.left)) / area.width;
    const nearest = at.reduce((best, each, i) => (Math.abs(each - pointed) < Math.abs(at[best] - pointed) ? i : best), 0);
    tip.replaceChildren(made('b', '', heads[nearest]), ...rows.filter(({ texts }) => texts[nearest] !== null).map(({ name, colour, texts }) => {
      const line = made('span', '');
      line.append(made('i', 'swatch ' + (Array.isArray(colour) ? colour[nearest] : colour)), name + ' ' + texts[nearest]);
      return line;
    }));
    tip.hidden = cursor.hidden = false;
    const left = area.left - outer.left + (at[nearest] / 100) * area.width;
    const { width } = tip.getBoundingClientRect();
    const beside = left > outer.width / 2 ? left - 14 - width : left + 14;
    cursor.style.left = left + 'px';
    tip.style.left = Math.max(0, Math.min(beside, outer.width - width)) + 'px';
    tip.style.top = Math.max(0, Math.min(event.clientY - outer.top - 20, outer.height - tip.offsetHeight)) + 'px';
  });
}`;
