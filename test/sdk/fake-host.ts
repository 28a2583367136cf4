/** The part used here; neither TypeScript's es2024 library nor Node's types have it whole. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: unknown };
};

type Imports = Record<string, Record<string, (...values: number[]) => number>>;
type FilterExports = Record<string, (...values: number[]) => number> & { memory: { buffer: ArrayBuffer } };

/** Just enough of a Proxy-Wasm host to run a filter's configuration and request headers in Node, fast. */
export class FakeHost {
  readonly logs: string[] = [];
  /** The lowest level that is written: 0 is trace. */
  logLevel = 0;
  readonly headers = new Map<string, string>();
  readonly #exports: FilterExports;
  #configuration: Uint8Array = new Uint8Array();
  #nextId = 1;

  /**
   * @param rootId what the host says its root id is
   * @param others host calls beside those that it has, or in their place
   */
  constructor(wasm: Uint8Array, rootId: string, others: Imports[string] = {}) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
      env: {
        proxy_log: (_level: number, address: number, size: number) => {
          this.logs.push(this.#text(address, size));
          return 0;
        },
        proxy_get_log_level: (address: number) => {
          new DataView(this.#exports.memory.buffer).setUint32(address, this.logLevel, true);
          return 0;
        },
        proxy_get_property: (_path: number, _size: number, address: number, size: number) =>
          this.give(new TextEncoder().encode(rootId), address, size),
        proxy_get_buffer_bytes: (_type: number, _start: number, _length: number, address: number, size: number) =>
          this.#configuration.length === 0 ? 0 : this.give(this.#configuration, address, size),
        proxy_get_header_map_value: (_map: number, name: number, nameSize: number, address: number, size: number) => {
          const value = this.headers.get(this.#text(name, nameSize));
          return value === undefined ? 1 : this.give(new TextEncoder().encode(value), address, size);
        },
        proxy_replace_header_map_value: (_map: number, name: number, nameSize: number, at: number, size: number) => {
          this.headers.set(this.#text(name, nameSize), this.#text(at, size));
          return 0;
        },
        ...others,
      },
    });
    this.#exports = instance.exports as FilterExports;
    this.call("_initialize");
  }

  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** @returns the root context's id and whether it took the configuration */
  configure(configuration: string | Uint8Array): { id: number; isAccepted: boolean } {
    this.#configuration = typeof configuration === "string" ? new TextEncoder().encode(configuration) : configuration;
    const id = this.#nextId++;
    this.call("proxy_on_context_create", id, 0);
    this.call("proxy_on_vm_start", id, 0);
    return { id, isAccepted: this.call("proxy_on_configure", id, this.#configuration.length) === 1 };
  }

  /** Ends a context of either kind. */
  end(id: number): void {
    this.call("proxy_on_done", id);
    this.call("proxy_on_log", id);
    this.call("proxy_on_delete", id);
  }

  /** @returns the stream context's id */
  request(rootId: number): number {
    const id = this.#nextId++;
    this.call("proxy_on_context_create", id, rootId);
    this.call("proxy_on_request_headers", id, this.headers.size, 1);
    return id;
  }

  /** Calls what the module exports under `name`, as a host does. */
  call(name: string, ...values: number[]): number {
    const callback = this.#exports[name];
    // A host passes over what a module does not export.
    return callback?.(...values) ?? 1;
  }

  /** Hands bytes over, as a host call does: the module is told their address and size. */
  give(bytes: Uint8Array, address: number, size: number): number {
    const to = this.call("proxy_on_memory_allocate", bytes.length);
    new Uint8Array(this.#exports.memory.buffer).set(bytes, to);
    const view = new DataView(this.#exports.memory.buffer);
    view.setUint32(address, to, true);
    view.setUint32(size, bytes.length, true);
    return 0;
  }

  writeNumber(address: number, value: number): void {
    new DataView(this.#exports.memory.buffer).setUint32(address, value, true);
  }

  #text(address: number, size: number): string {
    return new TextDecoder().decode(new Uint8Array(this.#exports.memory.buffer, address, size));
  }
}
