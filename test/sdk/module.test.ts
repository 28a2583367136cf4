import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { parseModule } from "#module";
import { compileFilter } from "./compile-filter.ts";
import { FakeHost } from "./fake-host.ts";

const addHeader = `import { Action, HttpContext, registerHttpFilter } from "@wasm-hub/sdk";

class AddHeader extends HttpContext {
  onResponseHeaders(endOfStream: bool): Action {
    this.responseHeaders.set("x-hello", "world");
    return Action.Continue;
  }
}
registerHttpFilter("add-header", () => new AddHeader());
`;

describe("the first filter", () => {
  test("is ten lines at most, and the one that the README shows", async () => {
    expect(addHeader.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
    const readme = await readFile(fileURLToPath(new URL("../../sdk/README.md", import.meta.url)), "utf8");
    expect(readme).toContain(addHeader);
  });

  test("links the host calls that it needs and no others, and nothing but the ABI is exported", async () => {
    const { wasm, diagnostics } = await compileFilter("add-header", addHeader);
    expect(diagnostics).toBe("");
    const { imports, exports } = parseModule(wasm);
    expect(imports.map(({ module, name }) => `${module}.${name}`).toSorted()).toEqual([
      "env.proxy_get_buffer_bytes",
      "env.proxy_get_property",
      "env.proxy_log",
      "env.proxy_replace_header_map_value",
    ]);
    const others = exports.map(({ name }) => name).filter((name) => !name.startsWith("proxy_"));
    expect(others.toSorted()).toEqual(["_initialize", "memory"]);
    expect(wasm.length).toBeLessThan(10_240);
  });

  test("compiles to the same bytes each time", async () => {
    const [first, second] = [await compileFilter("a", addHeader), await compileFilter("b/c", addHeader)];
    expect(second.wasm).toEqual(first.wasm);
  });
});

describe("the compiler says", () => {
  test.each([
    {
      name: "a callback with the wrong parameters",
      source: addHeader.replace("endOfStream: bool", "endOfStream: string"),
      says: "onResponseHeaders(endOfStream: bool)",
    },
    {
      name: "a value that may be null",
      source: addHeader.replace('"world"', 'this.requestHeaders.get("x")'),
      says: "Type '~lib/string/String | null' is not assignable to type '~lib/string/String'",
    },
    {
      name: "a filter of the wrong class",
      source: addHeader.replace("new AddHeader()", '"AddHeader"'),
      says: "is not assignable to type '~lib/@wasm-hub/sdk/assembly/http-context/HttpContext'",
    },
  ])("$name", async ({ source, says }) => {
    const { diagnostics, wasm } = await compileFilter("wrong", source);
    expect(diagnostics).toContain(says);
    expect(wasm).toHaveLength(0);
  });
});

describe("memory", () => {
  test("stays flat over many streams with large headers", async () => {
    const { wasm } = await compileFilter("churn");
    const host = new FakeHost(wasm, "churn");
    const { id } = host.configure("");
    const run = (streams: number): void => {
      const open: number[] = [];
      for (let i = 0; i < streams; ++i) {
        host.headers.clear();
        host.headers.set("x-large", "y".repeat(i % 20 === 0 ? 9000 : 50));
        open.push(host.request(id));
        // Some 300 are open at a time, and they end out of order.
        if (open.length > 300) host.end(open.splice((i * 7) % open.length, 1)[0] ?? 0);
        expect(host.headers.get("x-copy")).toHaveLength(i % 20 === 0 ? 9001 : 51);
      }
      for (const stream of open) host.end(stream);
    };
    run(10_000);
    const warm = host.memoryBytes;
    run(40_000);
    expect(host.memoryBytes).toBe(warm);
  });

  test("stays flat over many configurations", async () => {
    const { wasm } = await compileFilter("json");
    const host = new FakeHost(wasm, "json");
    const text = `{"text":"short"}${" ".repeat(20_000)}`;
    const run = (): void => {
      for (let i = 0; i < 200; ++i) host.end(host.configure(text).id);
    };
    run();
    const warm = host.memoryBytes;
    run();
    expect(host.memoryBytes).toBe(warm);
  });
});

describe("parseJson()", () => {
  let host: FakeHost;

  beforeAll(async () => {
    host = new FakeHost((await compileFilter("json")).wasm, "json");
  });

  const read = (text: string): { isAccepted: boolean; logs: string[] } => {
    host.logs.length = 0;
    const { id, isAccepted } = host.configure(text);
    host.end(id);
    return { isAccepted, logs: [...host.logs] };
  };

  test("reads values by key and index, and gives the default for what is missing or of another kind", () => {
    const text = `{"text":"a\\u00fc\\n\\ud83d\\ude00","count":42,"ratio":-1.5e2,"on":false,"deep":{"er":[1,"two"]}}`;
    expect(read(text).logs[1]).toBe("aü\n😀 42 -150.0 false two 0 0 5");
    expect(read("[true,2]").logs[1]).toBe("none -7 0.5 true none 3 2 0");
    expect(read('{"count":1.5,"text":null}').logs[1]).toBe("none -7 0.5 true none 0 0 2");
  });

  test.each([
    ["9223372036854775807", "9223372036854775807"],
    ["-9223372036854775808", "-9223372036854775808"],
    ["9223372036854775808", "-7"],
    ["-9223372036854775809", "-7"],
    ["92233720368547758070", "-7"],
    ["-0", "0"],
    ["1e3", "-7"],
  ])("the integer %s is %s", (count, expected) => {
    expect(read(`{"count":${count}}`).logs[1]).toContain(`none ${expected} 0.5`);
  });

  test("takes the last of two equal keys", () => {
    expect(read('{"text":"first","text":"last"}').logs[1]).toContain("last ");
  });

  test.each([
    { text: "", at: 0 },
    { text: "{", at: 1 },
    { text: '{"a":1,}', at: 7 },
    { text: "[1 2]", at: 3 },
    { text: "01", at: 1 },
    { text: '"\t"', at: 1 },
    { text: '"\\x"', at: 2 },
    { text: "truth", at: 3 },
    { text: "{} x", at: 3 },
  ])("refuses $text and says where", ({ text, at }) => {
    expect(read(text)).toEqual({ isAccepted: false, logs: [`not JSON at ${at}`] });
  });

  test("refuses nesting that would take the whole stack", () => {
    expect(read("[".repeat(64) + "]".repeat(64)).isAccepted).toBe(true);
    expect(read("[".repeat(100_000)).isAccepted).toBe(false);
  });

  test("agrees with JSON.parse on what is JSON and what it says", () => {
    const number = fc.oneof(
      fc.integer(),
      fc.integer().map((n) => n / 1024),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string({ unit: "grapheme" }),
        number,
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(
        value,
        fc.nat(3),
        fc.nat(),
        fc.constantFrom("", '"', ",", "}", "0", "\\", " "),
        (json, indent, at, by) => {
          const whole = JSON.stringify(json, null, indent);
          expect(read(whole).logs[0]).toBe(written(JSON.parse(whole)));
          // The same with one character gone or another put in its place.
          const cut = at % (whole.length + 1);
          const broken = whole.slice(0, cut) + by + whole.slice(cut + 1);
          expect(read(broken).isAccepted).toBe(isJson(broken));
        },
      ),
      { numRuns: 500 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As filters/json.ts writes it. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => `${written(item)},`).join("")}]`;
  if (typeof value === "string") return hex(value);
  if (typeof value === "number") {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, value);
    return bits.getBigUint64(0).toString(16);
  }
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${hex(key)}:${written(item)},`)
      .join("")}}`;
  }
  return String(value);
}

function hex(text: string): string {
  return `'${Array.from({ length: text.length }, (_, i) => `${text.charCodeAt(i).toString(16)}.`).join("")}`;
}
