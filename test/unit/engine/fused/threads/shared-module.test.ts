import { kernelsBase64 } from '@murmuration/engine/fused/binary.js';
import { relaxedKernelsBase64 } from '@murmuration/engine/fused/relaxed-binary.js';
import { MAX_PAGES, sharing } from '@murmuration/engine/fused/threads/shared-module';
import { describe, expect, it } from 'vitest';

const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));
const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const text = (name: string) => [name.length, ...Buffer.from(name)];
const section = (id: number, body: readonly number[]) => [id, body.length, ...body];

const sharedMemory = () => new WebAssembly.Memory({ initial: 3, maximum: MAX_PAGES, shared: true });

describe('a module for memory that threads share', () => {
  it.each([
    ['plain', kernelsBase64],
    ['relaxed', relaxedKernelsBase64],
  ])('is made of the %s kernels, with the same functions', async (_, base64) => {
    const bytes = bytesOf(base64);
    // Where there is no relaxed SIMD, the module that is not shared is refused as well.
    if (!WebAssembly.validate(bytes)) return;
    const shared = sharing(bytes);
    expect(WebAssembly.validate(shared)).toBe(true);
    const module = await WebAssembly.compile(shared);
    expect(WebAssembly.Module.exports(module)).toEqual(
      WebAssembly.Module.exports(await WebAssembly.compile(bytes)),
    );
    await WebAssembly.instantiate(module, { env: { memory: sharedMemory() } });
    const own = new WebAssembly.Memory({ initial: 3, maximum: MAX_PAGES });
    await expect(WebAssembly.instantiate(module, { env: { memory: own } })).rejects.toThrow(/shared/);
  });

  it('is found behind other imports and sections, whatever limits its memory has', async () => {
    const types = section(1, [1, 0x60, 0, 0]);
    const custom = section(0, [...text('note'), 2, 2, 2]);
    const others = [
      ...[...text('a'), ...text('f'), 0, 0],
      ...[...text('a'), ...text('t'), 1, 0x70, 1, 1, 9],
      ...[...text('a'), ...text('g'), 3, 0x7f, 0],
    ];
    const exports = section(7, [1, ...text('m'), 2, 0]);
    for (const limits of [
      [0, 2],
      [1, 2, 0xac, 2],
      [0, 0x82, 0],
    ]) {
      const imports = section(2, [4, ...others, ...text('env'), ...text('memory'), 2, ...limits]);
      const bytes = Uint8Array.from([...header, ...custom, ...types, ...imports, ...exports]);
      expect(WebAssembly.validate(bytes)).toBe(true);
      const module = await WebAssembly.compile(sharing(bytes));
      const memory = sharedMemory();
      const instance = await WebAssembly.instantiate(module, {
        a: {
          f: () => {},
          t: new WebAssembly.Table({ element: 'anyfunc', initial: 1, maximum: 9 }),
          g: new WebAssembly.Global({ value: 'i32' }, 1),
        },
        env: { memory },
      });
      expect(instance.exports.m).toBe(memory);
      expect(WebAssembly.Module.customSections(module, 'note')).toHaveLength(1);
    }
  });

  it('is refused where there is no memory to share', () => {
    expect(() => sharing(Uint8Array.from(header))).toThrow(RangeError);
    const imports = section(2, [1, ...text('a'), ...text('g'), 3, 0x7f, 0]);
    expect(() => sharing(Uint8Array.from([...header, ...imports]))).toThrow(RangeError);
  });
});
