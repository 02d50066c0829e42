import type uPlot from 'uplot';
import type { Reference } from '../chart.ts';
import type { Ink } from './ink.ts';

/** Rounds that others needed are marked unless they lie this many times farther than the run went. */
const overshoot = 1.6;

/** The references that can be shown over rounds up to `last`. */
export function marksFor(references: readonly Reference[], last: number, overRounds: boolean): Reference[] {
  return references.map(reference => ({
    ...reference,
    round:
      overRounds && reference.round !== null && reference.round <= overshoot * last ? reference.round : null,
  }));
}

/** Draws what others published: a dashed line at its height, and a mark in the round that reached it. */
export function drawReferences(
  plot: uPlot,
  references: readonly Reference[],
  divisor: number,
  ink: Ink,
): void {
  const { ctx, bbox } = plot;
  const pixel = devicePixelRatio;
  const written: number[] = [];
  ctx.save();
  ctx.strokeStyle = ink.published;
  ctx.lineWidth = 1.25 * pixel;
  ctx.font = ink.font(12 * pixel);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.lineJoin = 'round';
  for (const { label, value, round } of references) {
    const y = plot.valToPos(value / divisor, 'y', true);
    ctx.setLineDash([5 * pixel, 4 * pixel]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    if (round !== null) {
      const x = plot.valToPos(round, 'x', true);
      ctx.moveTo(x, y);
      ctx.lineTo(x, bbox.top + bbox.height);
    }
    ctx.stroke();
    ctx.setLineDash([]);
    if (round !== null) {
      ctx.beginPath();
      ctx.arc(plot.valToPos(round, 'x', true), y, 4 * pixel, 0, 2 * Math.PI);
      ctx.fillStyle = ink.ground;
      ctx.fill();
      ctx.stroke();
    }
    let height = y - 6 * pixel;
    if (height - 12 * pixel < bbox.top) height = y + 15 * pixel;
    while (written.some(other => Math.abs(other - height) < 14 * pixel)) height += 14 * pixel;
    written.push(height);
    const text = fitted(ctx, label, bbox.width - 12 * pixel);
    const left = bbox.left + bbox.width - ctx.measureText(text).width - 4 * pixel;
    ctx.lineWidth = 3 * pixel;
    ctx.strokeStyle = ink.ground;
    ctx.strokeText(text, left, height);
    ctx.fillStyle = ink.published;
    ctx.fillText(text, left, height);
    ctx.lineWidth = 1.25 * pixel;
    ctx.strokeStyle = ink.published;
  }
  ctx.restore();
}

function fitted(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && ctx.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}
