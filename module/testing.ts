import type { ExternalKind, ModuleExport, ModuleImport } from "./parse.ts";

export interface ModuleParts {
  readonly imports?: readonly ModuleImport[];
  readonly exports?: readonly ModuleExport[];
  /** Content of custom sections by name. */
  readonly custom?: Readonly<Record<string, Uint8Array>>;
}

/** What a filter's module has at the least. */
export const filterExports: readonly ModuleExport[] = [
  { name: "memory", kind: "memory" },
  { name: "proxy_abi_version_0_2_1", kind: "function" },
  { name: "proxy_on_memory_allocate", kind: "function" },
];

const kindBytes: Readonly<Record<ExternalKind, number>> = { function: 0, table: 1, memory: 2, global: 3, tag: 4 };
const functionType = [0x60, 0, 0];
const limits = [0, 1];

/** Writes a valid module, with one empty function, one table, one memory and one global for the exports to point at. */
export function writeModule({ imports = [], exports = [], custom = {} }: ModuleParts): Buffer {
  const own = (kind: ExternalKind): boolean => !imports.some((item) => item.kind === kind);
  return Buffer.concat([
    Buffer.from("\0asm\x01\0\0\0"),
    section(1, list([functionType])),
    section(2, list(imports.map(({ module, name, kind }) => [...text(module), ...text(name), ...external(kind)]))),
    section(3, list([[0]])),
    section(4, list(own("table") ? [[0x70, ...limits]] : [])),
    section(5, list(own("memory") ? [limits] : [])),
    section(6, list(own("global") ? [[0x7f, 0, 0x41, 0, 0x0b]] : [])),
    section(7, list(exports.map(({ name, kind }) => [...text(name), kindBytes[kind], 0]))),
    section(10, list([[2, 0, 0x0b]])),
    ...Object.entries(custom).map(([name, bytes]) => section(0, [...text(name), ...bytes])),
  ]);
}

/** The content of a `producers` section (tool-conventions, ProducersSection.md). */
export function producersSection(fields: Readonly<Record<string, Readonly<Record<string, string>>>>): Buffer {
  const written = Object.entries(fields).map(([field, tools]) => [
    ...text(field),
    ...list(Object.entries(tools).map(([name, version]) => [...text(name), ...text(version)])),
  ]);
  return Buffer.from(list(written));
}

function external(kind: ExternalKind): readonly number[] {
  switch (kind) {
    case "function":
      return [0, 0];
    case "table":
      return [1, 0x70, ...limits];
    case "memory":
      return [2, ...limits];
    case "global":
      return [3, 0x7f, 0];
    case "tag":
      return [4, 0, 0];
  }
}

function section(id: number, content: readonly number[]): Buffer {
  return Buffer.from([id, ...u32(content.length), ...content]);
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...u32(items.length), ...items.flat()];
}

function text(value: string): number[] {
  const bytes = Buffer.from(value);
  return [...u32(bytes.length), ...bytes];
}

/** Unsigned LEB128. */
function u32(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...u32(value >>> 7)];
}
