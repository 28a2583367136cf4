import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkModule } from "./abi.ts";
import { requiredCapabilities } from "./capabilities.ts";
import { ModuleError } from "./errors.ts";
import { type ExternalKind, type ModuleExport, parseModule } from "./parse.ts";
import { filterExports, producersSection, writeModule } from "./testing.ts";

function exporting(...names: readonly string[]): readonly ModuleExport[] {
  return names.map((name) => ({ name, kind: "function" }));
}

/** V8's own reader, which Node's types leave out. */
interface Engine {
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): unknown;
    exports(module: object): unknown;
  };
  validate(bytes: Uint8Array): boolean;
}
const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

const memory: ModuleExport = { name: "memory", kind: "memory" };
const filter = writeModule({
  imports: [
    { module: "env", name: "proxy_log", kind: "function" },
    { module: "wasi_snapshot_preview1", name: "fd_write", kind: "function" },
  ],
  exports: [...filterExports, ...exporting("proxy_on_request_headers", "_initialize", "malloc")],
  custom: {
    producers: producersSection({
      language: { AssemblyScript: "0.28.20" },
      "processed-by": { asc: "1", binaryen: "2" },
    }),
  },
});

describe("parseModule()", () => {
  test("says what is in a module", () => {
    expect(parseModule(filter)).toEqual({
      sizeBytes: filter.byteLength,
      imports: [
        { module: "env", name: "proxy_log", kind: "function" },
        { module: "wasi_snapshot_preview1", name: "fd_write", kind: "function" },
      ],
      exports: [...filterExports, ...exporting("proxy_on_request_headers", "_initialize", "malloc")],
      sections: expect.arrayContaining([
        { name: "code", sizeBytes: 4 },
        { name: "producers", sizeBytes: expect.any(Number) as number },
      ]) as unknown,
      producers: {
        language: [{ name: "AssemblyScript", version: "0.28.20" }],
        "processed-by": [
          { name: "asc", version: "1" },
          { name: "binaryen", version: "2" },
        ],
      },
    });
  });

  test("agrees with V8 on imports and exports of any module", () => {
    const name = fc.string({ unit: "grapheme", maxLength: 12 });
    const kind = fc.constantFrom<ExternalKind>("function", "table", "memory", "global");
    const imports = fc.uniqueArray(fc.record({ module: name, name, kind }), {
      maxLength: 6,
      // One memory is what every engine takes.
      selector: (item) => (item.kind === "memory" ? "memory" : `${item.module} ${item.name}`),
    });
    const exports = fc.uniqueArray(fc.record({ name, kind }), { maxLength: 6, selector: (item) => item.name });
    fc.assert(
      fc.property(imports, exports, (imports, exports) => {
        const bytes = writeModule({ imports, exports });
        const compiled = new engine.Module(bytes);
        const info = parseModule(bytes);
        expect(info.imports).toEqual(engine.Module.imports(compiled));
        expect(info.exports).toEqual(engine.Module.exports(compiled));
      }),
    );
  });

  test("takes memories with limits, shared ones, and 64-bit ones", () => {
    for (const limits of [
      [1, 1, 2],
      [3, 1, 2],
      [4, 1],
      [5, 1, 2],
    ]) {
      const entry = [1, 0x61, 1, 0x62, 2, ...limits];
      const bytes = Buffer.from([...Buffer.from("\0asm\x01\0\0\0"), 2, entry.length + 1, 1, ...entry]);
      expect(parseModule(bytes).imports).toEqual([{ module: "a", name: "b", kind: "memory" }]);
    }
  });

  test("does not mind a producers section that is damaged, as engines do not", () => {
    const bytes = writeModule({ exports: filterExports, custom: { producers: Buffer.from([200, 1, 2]) } });
    expect(engine.validate(bytes)).toBe(true);
    expect(parseModule(bytes).producers).toEqual({});
  });

  test.each([
    { name: "no bytes", bytes: Buffer.alloc(0), problem: "it begins with nothing: it is empty" },
    { name: "a text file", bytes: Buffer.from("(module (memory 1))"), problem: 'it begins with "(module "' },
    { name: "a page of HTML", bytes: Buffer.from("<!DOCTYPE html>"), problem: 'it begins with "<!DOCTYP"' },
    { name: "a program for Linux", bytes: Buffer.from("\x7fELF\x02\x01\x01\0"), problem: "the bytes 7f454c4602010100" },
    { name: "gzip", bytes: Buffer.from([0x1f, 0x8b, 8]), problem: "the bytes 1f8b08" },
    { name: "the first half of the preamble", bytes: Buffer.from("\0asm\x01"), problem: "it breaks off at once" },
    { name: "a component", bytes: Buffer.from("\0asm\x0d\0\x01\0"), problem: "it is a component" },
    { name: "a later version", bytes: Buffer.from("\0asm\x02\0\0\0"), problem: "its version is 2" },
    { name: "a much later version", bytes: Buffer.from("\0asm\x01\x01\0\0"), problem: "its version is 257" },
    {
      name: "a section that nobody knows",
      bytes: Buffer.concat([filter, Buffer.from([99, 0])]),
      problem: "section 99 is not known",
    },
    {
      name: "a section that is too long",
      bytes: Buffer.concat([filter, Buffer.from([0, 100, 1])]),
      problem: "breaks off",
    },
    {
      name: "a length without an end",
      bytes: Buffer.concat([filter, Buffer.from([0, ...Buffer.alloc(9, 0xff)])]),
      problem: "too long",
    },
    {
      name: "an export of a kind that nobody knows",
      bytes: Buffer.from("\0asm\x01\0\0\0\x07\x05\x01\x01a\x09\0", "latin1"),
      problem: "of kind 9",
    },
  ])("refuses $name", ({ bytes, problem }) => {
    expect(() => parseModule(bytes)).toThrow(
      expect.objectContaining({ code: "NOT_WASM", message: expect.stringContaining(problem) as string }) as Error,
    );
  });
});

describe("damaged modules", () => {
  /** Whatever the bytes are, either they are read or the error is one of ours. */
  function survives(bytes: Uint8Array): boolean {
    try {
      checkModule(bytes);
      return true;
    } catch (error) {
      return error instanceof ModuleError;
    }
  }

  test("cut off at any byte, are nothing worse than a ModuleError", () => {
    for (let length = 0; length < filter.byteLength; length++) {
      expect(survives(filter.subarray(0, length)), `${length} bytes`).toBe(true);
    }
  });

  test("with any byte changed, are nothing worse than a ModuleError", () => {
    fc.assert(
      fc.property(fc.nat(filter.byteLength - 1), fc.nat(255), (position, byte) => {
        const damaged = Buffer.from(filter);
        damaged[position] = byte;
        expect(survives(damaged)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("of any bytes after the preamble, are nothing worse than a ModuleError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (rest) => {
        expect(survives(Buffer.concat([filter.subarray(0, 8), rest]))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("checkModule()", () => {
  test.each([
    { abi: ["proxy_abi_version_0_2_1"], expected: "0.2.1" },
    { abi: ["proxy_abi_version_0_2_0"], expected: "0.2.0" },
    { abi: ["proxy_abi_version_0_1_0"], expected: "0.1.0" },
    { abi: ["proxy_abi_version_0_1_0", "proxy_abi_version_0_2_1"], expected: "0.2.1" },
    { abi: ["proxy_abi_version_0_3_0", "proxy_abi_version_0_2_0"], expected: "0.2.0" },
  ])("finds ABI $expected in $abi", ({ abi, expected }) => {
    const bytes = writeModule({ exports: [memory, ...exporting(...abi, "malloc")] });
    expect(checkModule(bytes).abiVersion).toBe(expected);
  });

  test.each([
    { name: "no ABI", exports: [memory, ...exporting("malloc")], code: "ABI_MISSING", hint: "wasm init" },
    { name: "a program with main", exports: [memory, ...exporting("_start")], code: "ABI_MISSING", hint: "reactor" },
    {
      name: "an ABI that is no function",
      exports: [memory, { name: "proxy_abi_version_0_2_1", kind: "global" }],
      code: "ABI_MISSING",
      hint: "wasm init",
    },
    {
      name: "an ABI with a longer name",
      exports: [memory, ...exporting("proxy_abi_version_0_2_1_rc")],
      code: "ABI_MISSING",
      hint: "wasm init",
    },
    {
      name: "an ABI of the future",
      exports: [memory, ...exporting("malloc", "proxy_abi_version_0_3_0")],
      code: "ABI_UNSUPPORTED",
      hint: "0.2.1",
    },
    {
      name: "no memory",
      exports: exporting("malloc", "proxy_abi_version_0_2_1"),
      code: "MODULE_INCOMPLETE",
      hint: "reactor",
    },
    {
      name: "a memory that is no memory",
      exports: exporting("memory", "malloc", "proxy_abi_version_0_2_1"),
      code: "MODULE_INCOMPLETE",
      hint: "reactor",
    },
    {
      name: "no allocator",
      exports: [memory, ...exporting("proxy_abi_version_0_2_1")],
      code: "MODULE_INCOMPLETE",
      hint: "reactor",
    },
  ] as const)("refuses $name as $code", ({ exports, code, hint }) => {
    const bytes = writeModule({ exports: [...exports] });
    expect(engine.validate(bytes)).toBe(true);
    expect(() => checkModule(bytes)).toThrow(
      expect.objectContaining({ code, hint: expect.stringContaining(hint) as string }) as Error,
    );
  });

  test("names the ABIs that it found", () => {
    const bytes = writeModule({
      exports: [memory, ...exporting("malloc", "proxy_abi_version_0_3_0", "proxy_abi_version_1_0_0")],
    });
    expect(() => checkModule(bytes)).toThrow(/ABI 0\.3\.0, 1\.0\.0; Envoy runs 0\.2\.1, 0\.2\.0, 0\.1\.0/);
  });
});

describe("requiredCapabilities()", () => {
  test("are the host calls that are linked and the callbacks that are exported", () => {
    expect(requiredCapabilities(parseModule(filter))).toEqual([
      "fd_write",
      "proxy_log",
      "proxy_on_memory_allocate",
      "proxy_on_request_headers",
    ]);
  });

  test("are none of what no host offers", () => {
    const imports = [
      { module: "other", name: "proxy_log", kind: "function" },
      { module: "env", name: "memory", kind: "memory" },
    ] as const;
    expect(requiredCapabilities({ imports, exports: exporting("malloc", "_initialize", "on_x") })).toEqual([]);
  });
});
