/** What is used of the standard's interface, whose types come with a browser's only. */
interface WebAssemblyParts {
  Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** A memory of fixed size. */
export interface WasmMemory {
  /** All of it. Since it never grows, views of it stay valid. */
  readonly buffer: ArrayBuffer;
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyParts };

/** A new memory of so many pages of 64 KiB, all zero. The system gives it room only as it is written. */
export function createWasmMemory(pages: number): WasmMemory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/**
 * What a module of `wasm/` exports, working on `memory`. It is compiled within the call.
 *
 * @param base64 the compiled module, as the `*.generated.ts` files hold it.
 */
export function instantiateWasm(base64: string, memory: WasmMemory): object {
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}
