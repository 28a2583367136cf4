import { requestHeaders } from "./load.ts";
import { body } from "./stage.ts";

/** The part used here; neither TypeScript's es2024 library nor Node's types have it whole. */
declare const WebAssembly: {
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): readonly { readonly module: string; readonly name: string }[];
  };
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: unknown };
};

type HostCall = (...values: number[]) => number;
type Imports = Record<string, Record<string, HostCall>>;
type Module = Record<string, (...values: number[]) => number> & { memory: { buffer: ArrayBuffer } };

/**
 * A host that does as little as it can: every stream has the same headers and body, and what a filter writes is dropped.
 * So nearly all of the time is the module's own.
 */
export class BareHost {
  readonly #module: Module;
  readonly #answers: Readonly<Record<string, HostCall>> = {
    proxy_get_property: (_path, _size, address, size) => this.#give(rootId, address, size),
    proxy_get_header_map_pairs: (_map, address, size) => this.#give(pairs, address, size),
    proxy_get_header_map_value: (_map, _name, _nameSize, address, size) => this.#give(user, address, size),
    proxy_get_buffer_bytes: (_type, _start, _length, address, size) => this.#give(bodyBytes, address, size),
    proxy_get_buffer_status: (_type, size) => {
      this.#write(size, bodyBytes.length);
      return 0;
    },
  };
  #nextId = 2;
  #bytes = new Uint8Array();

  constructor(wasm: Uint8Array) {
    const module = new WebAssembly.Module(wasm);
    const imports: Imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      (imports[from] ??= {})[name] = this.#answers[name] ?? (() => 0);
    }
    this.#module = new WebAssembly.Instance(module, imports).exports as Module;
    this.#call("_initialize");
    this.#call("_start");
    this.#call("proxy_on_context_create", 1, 0);
    this.#call("proxy_on_vm_start", 1, 0);
    this.#call("proxy_on_configure", 1, 0);
  }

  /** One request and its response, from the first callback to the last. */
  serve(): void {
    const id = this.#nextId++;
    this.#call("proxy_on_context_create", id, 1);
    this.#call("proxy_on_request_headers", id, 16, 1);
    this.#call("proxy_on_response_headers", id, 4, 0);
    this.#call("proxy_on_response_body", id, bodyBytes.length, 1);
    this.#call("proxy_on_done", id);
    this.#call("proxy_on_log", id);
    this.#call("proxy_on_delete", id);
  }

  #call(name: string, ...values: number[]): void {
    this.#module[name]?.(...values);
  }

  #give(bytes: Uint8Array, address: number, size: number): number {
    const allocate = this.#module["proxy_on_memory_allocate"] ?? this.#module["malloc"];
    if (!allocate) throw new Error("the module gives no memory");
    const to = allocate(bytes.length);
    this.#memory().set(bytes, to);
    this.#write(address, to);
    this.#write(size, bytes.length);
    return 0;
  }

  #write(address: number, value: number): void {
    const memory = this.#memory();
    memory[address] = value;
    memory[address + 1] = value >> 8;
    memory[address + 2] = value >> 16;
    memory[address + 3] = value >> 24;
  }

  #memory(): Uint8Array {
    const { buffer } = this.#module.memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = new Uint8Array(buffer);
    return this.#bytes;
  }
}

const rootId = Buffer.from("bench");
const user = Buffer.from(requestHeaders["x-user"] ?? "");
const bodyBytes = Buffer.from(body);
const pairs = serialise([
  [":authority", "127.0.0.1:10000"],
  [":path", "/"],
  [":method", "GET"],
  [":scheme", "http"],
  ...Object.entries(requestHeaders),
]);

/** ABI 0.2.1, "Serialization". */
function serialise(headers: readonly (readonly [name: string, value: string])[]): Uint8Array {
  const sizes = new Uint32Array([headers.length, ...headers.flat().map((text) => Buffer.byteLength(text))]);
  const texts = headers.flat().map((text) => `${text}\0`);
  return Buffer.concat([new Uint8Array(sizes.buffer), Buffer.from(texts.join(""))]);
}
