import { ModuleError } from "./errors.ts";
import { Reader } from "./reader.ts";

export type ExternalKind = "function" | "table" | "memory" | "global" | "tag";

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternalKind;
}

export interface ModuleExport {
  readonly name: string;
  readonly kind: ExternalKind;
}

/** A part of a module, in the order of the file. */
export interface ModuleSection {
  /** The custom section's name, or the specification's: `code`, `data` … */
  readonly name: string;
  readonly sizeBytes: number;
}

/** Who made a module (tool-conventions, ProducersSection.md): fields `language`, `processed-by`, `sdk`. */
export type Producers = Readonly<Record<string, readonly { readonly name: string; readonly version: string }[]>>;

/** What can be known of a module without running it. */
export interface ModuleInfo {
  readonly sizeBytes: number;
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  readonly sections: readonly ModuleSection[];
  readonly producers: Producers;
}

const magic = Buffer.from("\0asm");

/** WebAssembly core specification 2.0, 5.5.2. */
const sectionNames = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "datacount",
  "tag",
];
const kinds: readonly ExternalKind[] = ["function", "table", "memory", "global", "tag"];

/**
 * Reads a core module's structure. Its code is not validated: that is what an engine does when it compiles.
 *
 * @throws {ModuleError} NOT_WASM
 */
export function parseModule(bytes: Uint8Array): ModuleInfo {
  checkPreamble(bytes);
  const info = {
    imports: [] as ModuleImport[],
    exports: [] as ModuleExport[],
    sections: [] as ModuleSection[],
    producers: {} as Producers,
  };
  try {
    const reader = new Reader(bytes, 8);
    while (!reader.isAtEnd) {
      const id = reader.byte();
      const sizeBytes = reader.u32();
      const section = reader.part(sizeBytes);
      let name = sectionNames[id];
      if (name === undefined) throw new RangeError(`section ${id} is not known`);
      if (name === "custom") {
        name = section.name();
        if (name === "producers") info.producers = tryProducers(section) ?? info.producers;
      }
      if (name === "import" && id === 2) info.imports = list(section, () => readImport(section));
      if (name === "export" && id === 7)
        info.exports = list(section, () => ({ name: section.name(), kind: readIndexed(section) }));
      info.sections.push({ name, sizeBytes });
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw notWasm(cause.message, cause);
  }
  return { sizeBytes: bytes.byteLength, ...info };
}

function checkPreamble(bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 8));
  if (!magic.equals(start.subarray(0, 4))) throw notWasm(`it begins with ${describeStart(start)}`);
  if (start.byteLength < 8) throw notWasm("it breaks off at once");
  // The component model's preamble has a layer field in place of the upper half of the version.
  const [version, layer] = [start.readUInt16LE(4), start.readUInt16LE(6)];
  if (layer === 1) throw notWasm("it is a component, and Proxy-Wasm hosts run core modules");
  if (version !== 1 || layer !== 0) throw notWasm(`its version is ${start.readUInt32LE(4)}`);
}

function describeStart(start: Buffer): string {
  if (start.byteLength === 0) return "nothing: it is empty";
  const isText = start.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText ? JSON.stringify(start.toString("latin1")) : `the bytes ${start.toString("hex")}`;
}

function list<Item>(section: Reader, read: () => Item): Item[] {
  const items: Item[] = [];
  for (let count = section.u32(); count > 0; count--) items.push(read());
  return items;
}

function readImport(section: Reader): ModuleImport {
  const module = section.name();
  const name = section.name();
  const kind = readKind(section);
  if (kind === "function") section.u32();
  if (kind === "table") section.byte();
  if (kind === "table" || kind === "memory") readLimits(section);
  if (kind === "global") section.bytes(2);
  if (kind === "tag") {
    section.byte();
    section.u32();
  }
  return { module, name, kind };
}

function readIndexed(section: Reader): ExternalKind {
  const kind = readKind(section);
  section.u32();
  return kind;
}

function readKind(section: Reader): ExternalKind {
  const byte = section.byte();
  const kind = kinds[byte];
  if (kind === undefined) throw new RangeError(`an import or export is of kind ${byte}`);
  return kind;
}

function readLimits(section: Reader): void {
  const flags = section.byte();
  section.u32();
  if (flags & 1) section.u32();
}

/** A custom section never makes a module invalid (core specification 2.0, 5.5.3). */
function tryProducers(section: Reader): Producers | undefined {
  try {
    return readProducers(section);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readProducers(section: Reader): Producers {
  const fields = list(section, () => {
    const field = section.name();
    return [field, list(section, () => ({ name: section.name(), version: section.name() }))] as const;
  });
  return Object.fromEntries(fields);
}

function notWasm(why: string, cause?: unknown): ModuleError {
  return new ModuleError("NOT_WASM", `not a WebAssembly module: ${why}`, {
    cause,
    hint: "give the .wasm file that the compiler wrote",
  });
}
