import { type Digit, digitSide } from '../data/mnist.ts';

/** Number of pixels of an image. */
export const pixels = digitSide ** 2;

/** Writes images one after the other, ink from 0 to 1. */
export function writeImages(digits: readonly Digit[], values: Float32Array): void {
  for (const [i, { pixels: ink }] of digits.entries()) {
    const start = i * pixels;
    for (let at = 0; at < pixels; at++) values[start + at] = ink[at]! / 255;
  }
}
