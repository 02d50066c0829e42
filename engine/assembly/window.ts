// A window that moves over images `[height, width, channels]`, as eleven integers at an address that the host
// wrote: the sizes of the images, the number of windows in each direction, the window's own size, its
// strides, and the pixels of padding before the first one.

// @ts-expect-error: decorator
@inline
export function height(window: usize): i32 {
  return load<i32>(window);
}

// @ts-expect-error: decorator
@inline
export function width(window: usize): i32 {
  return load<i32>(window, 4);
}

// @ts-expect-error: decorator
@inline
export function channels(window: usize): i32 {
  return load<i32>(window, 8);
}

// @ts-expect-error: decorator
@inline
export function outHeight(window: usize): i32 {
  return load<i32>(window, 12);
}

// @ts-expect-error: decorator
@inline
export function outWidth(window: usize): i32 {
  return load<i32>(window, 16);
}

// @ts-expect-error: decorator
@inline
export function filterHeight(window: usize): i32 {
  return load<i32>(window, 20);
}

// @ts-expect-error: decorator
@inline
export function filterWidth(window: usize): i32 {
  return load<i32>(window, 24);
}

// @ts-expect-error: decorator
@inline
export function strideHeight(window: usize): i32 {
  return load<i32>(window, 28);
}

// @ts-expect-error: decorator
@inline
export function strideWidth(window: usize): i32 {
  return load<i32>(window, 32);
}

// @ts-expect-error: decorator
@inline
export function top(window: usize): i32 {
  return load<i32>(window, 36);
}

// @ts-expect-error: decorator
@inline
export function left(window: usize): i32 {
  return load<i32>(window, 40);
}
