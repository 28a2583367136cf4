import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { parseModule } from "#module";
import { compileFilter } from "./compile-filter.ts";
import { FakeHost } from "./fake-host.ts";
import { callbacks, enums, functions, indexNames, missing, uses } from "./proxy-runtime-api.ts";

const all = [...Object.keys(functions), ...Object.keys(uses), ...Object.keys(enums)];

/** A filter in the old style. */
const old = (members: string, imports = ""): string => `
  export * from "@solo-io/proxy-runtime/proxy";
  import { RootContext, Context, registerRootContext, FilterHeadersStatusValues${imports} } from "@solo-io/proxy-runtime";
  class Root extends RootContext { createContext(context_id: u32): Context { return new Stream(context_id, this); } }
  class Stream extends Context { ${members} }
  registerRootContext((context_id: u32) => { return new Root(context_id); }, "old");`;

const continuing = "onRequestHeaders(a: u32, end: bool): FilterHeadersStatusValues { return 0; }";

async function compiled(source: string): Promise<Uint8Array> {
  const { wasm, diagnostics } = await compileFilter("old", source);
  expect(diagnostics).toBe("");
  return wasm;
}

const exportsOf = (wasm: Uint8Array): readonly string[] => parseModule(wasm).exports.map(({ name }) => name);

describe("the API of @solo-io/proxy-runtime", () => {
  test("is there with its types, under each name that filters import it by", async () => {
    const functionLines = Object.entries(functions).map(([name, type]) => `const as_${name}: ${type} = ${name};`);
    const checks = Object.values(uses).flatMap((list) => list.map((use) => `if (${use}) ++passed;`));
    const source = `
      import { ${indexNames.map((name) => `${name} as a_${name}`).join()} } from "@solo-io/proxy-runtime";
      import { ${indexNames.map((name) => `${name} as b_${name}`).join()} } from "@solo-io/proxy-runtime/assembly";
      import { ${all.map((name) => `${name} as c_${name}`).join()} } from "@solo-io/proxy-runtime/assembly/runtime";
      import { ${all.join()} } from "@solo-io/proxy-runtime/runtime";
      ${functionLines.join("\n")}
      export function use(root: RootContext, stream: Context): i32 { let passed = 0; ${checks.join("\n")} return passed; }`;
    expect(await compileFilter("api", source)).toMatchObject({ diagnostics: "" });
  });

  test("has enums of the same values", async () => {
    const members = Object.entries(enums).flatMap(([name, values]) =>
      Object.entries(values).map(([member, value]) => ({ member: `${name}.${member}`, value })),
    );
    const wasm = await compiled(`
      import { ${Object.keys(enums).join()} } from "@solo-io/proxy-runtime/runtime";
      import { log, LogLevelValues as L } from "@solo-io/proxy-runtime";
      ${members.map(({ member }) => `log(L.info, "${member} " + (<i32>${member}).toString());`).join("\n")}`);
    expect(new FakeHost(wasm, "").logs).toEqual(members.map(({ member, value }) => `${member} ${value}`));
  });

  test.each(["@solo-io/proxy-runtime/proxy", "@solo-io/proxy-runtime/assembly/proxy"])(
    "has the host's callbacks in %s",
    async (path) => {
      const source = `import { ${callbacks.map((name) => `${name} as a_${name}`).join()} } from "${path}";`;
      // Each that is used by nobody is left out of the exports: here they all are used.
      const words =
        "onVmStart onTick onRequestHeaders onRequestBody onRequestTrailers onResponseHeaders onResponseBody "
          .concat("onResponseTrailers onDone onLog onNewConnection onDownstreamData onUpstreamData onDownstreamClose ")
          .concat("onUpstreamClose onQueueReady onForeignFunction HttpCall GrpcStream");
      expect(await compileFilter("old", `${source}\n// ${words}`)).toMatchObject({ diagnostics: "" });
    },
  );

  test("lacks nothing that the page does not give the reason for", async () => {
    const page = fileURLToPath(new URL("../../docs/guides/from-proxy-runtime.md", import.meta.url));
    const text = await readFile(page, "utf8");
    expect(missing.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
    for (const name of missing.filter((name) => !name.startsWith("proxy_") && name !== "malloc" && name !== "free")) {
      const { diagnostics } = await compileFilter("old", `import { ${name} } from "@solo-io/proxy-runtime/runtime";`);
      expect(diagnostics).toContain(`has no exported member '${name}'`);
    }
  });
});

describe("an old filter's module", () => {
  let wasm: Uint8Array;
  beforeAll(async () => {
    wasm = await compiled(old(continuing));
  });

  test("has one set of callbacks, those that it overrides and those without which there is no filter", () => {
    expect(exportsOf(wasm).toSorted()).toEqual(
      ["_initialize", "memory", "proxy_abi_version_0_2_1", "proxy_on_configure", "proxy_on_context_create"].concat([
        "proxy_on_delete",
        "proxy_on_memory_allocate",
        "proxy_on_request_headers",
      ]),
    );
  });

  test.each([
    ["httpCall", "proxy_on_http_call_response"],
    ["httpCall", "proxy_on_done"],
    ["onStart", "proxy_on_vm_start"],
    ["onDownstreamConnectionClose", "proxy_on_downstream_connection_close"],
    ["onUpstreamConnectionClose", "proxy_on_upstream_connection_close"],
  ])("that says %s exports %s", async (word, callback) => {
    expect(exportsOf(wasm)).not.toContain(callback);
    expect(exportsOf(await compiled(old(`${continuing} ${word}Of(): void { let ${word} = 1; }`)))).toContain(callback);
  });

  test("exports the same whether or not it exports the callbacks itself", async () => {
    const without = await compiled(old(continuing).replace(/export \*.*/, ""));
    expect(exportsOf(without).toSorted()).toEqual(exportsOf(wasm).toSorted());
  });

  test("keeps its memory flat over many streams and configurations", async () => {
    const source = old(
      `onRequestHeaders(a: u32, end: bool): FilterHeadersStatusValues {
        stream_context.headers.request.replace("x-copy", stream_context.headers.request.get("x-large") + "!");
        return FilterHeadersStatusValues.Continue;
      }`,
      ", stream_context",
    );
    const host = new FakeHost(await compiled(source), "old");
    host.headers.set("x-large", "y".repeat(5000));
    const run = (): void => {
      for (let i = 0; i < 100; ++i) {
        const { id } = host.configure("c".repeat(1000));
        for (let j = 0; j < 50; ++j) host.end(host.request(id));
        host.end(id);
      }
    };
    run();
    const warm = host.memoryBytes;
    run();
    expect(host.memoryBytes).toBe(warm);
    expect(host.headers.get("x-copy")).toHaveLength(5001);
  });
});

describe("an old filter that is wrong", () => {
  test("in the name of a callback gets a warning", async () => {
    const { diagnostics } = await compileFilter("old", old(continuing.replace("Headers(", "Header(")));
    expect(diagnostics).toContain("onRequestHeader is no callback, so it is never called; onRequestHeaders is one");
  });

  test("in the type of a callback is refused", async () => {
    const { diagnostics } = await compileFilter("old", old(continuing.replace("a: u32", "a: string")));
    expect(diagnostics).toContain("onRequestHeaders");
    expect(diagnostics).toContain("ERROR TS2322");
  });

  test("in using a field that nothing was put in traps, and says where", async () => {
    const source = old(`
      names: string[];
      ${continuing.replace("return 0", "return this.names.length")}`);
    const host = new FakeHost(await compiled(source), "old");
    expect(() => host.request(host.configure("").id)).toThrow("unreachable");
    expect(host.logs.at(-1)).toMatch(/^abort: .* at old\.ts:/);
  });

  test("in its root id is refused with what there is", async () => {
    const host = new FakeHost(
      await compiled(`${old(continuing)}
      registerRootContext((context_id: u32) => { return new Root(context_id); }, "other");`),
      "wrong",
    );
    expect(host.configure("").isAccepted).toBe(false);
    expect(host.logs.join()).toContain('no filter is registered for root id "wrong"; this module has: old other');
  });

  test("in having no createContext says so, and lets streams pass", async () => {
    const source = old(continuing).replace(/createContext\(.*?\} \}/, "}");
    const host = new FakeHost(await compiled(source), "old");
    host.request(host.configure("").id);
    expect(host.logs.join()).toContain("createContext");
  });

  test("in acting outside a stream is told so", async () => {
    const source = old(continuing, ", send_local_response, continue_request, proxy_set_effective_context, log").replace(
      "class Root extends RootContext {",
      `class Root extends RootContext {
        onConfigure(size: u32): bool {
          log(2, continue_request().toString() + send_local_response(200, "", new ArrayBuffer(0), [], -1).toString());
          return proxy_set_effective_context(99) == 0;
        }`,
    );
    const calls = ["continue_stream", "send_local_response", "set_effective_context", "close_stream"];
    const welcome = Object.fromEntries(calls.map((name) => [`proxy_${name}`, () => 0]));
    const host = new FakeHost(await compiled(source), "old", welcome);
    expect(host.configure("").isAccepted).toBe(false);
    expect(host.logs).toEqual(["22", "acting for the context 99: the host refused, with status 1"]);
  });
});

test("a filter that does not import the old API has nothing of it", async () => {
  const source = `import { HttpContext, registerHttpFilter } from "@wasm-hub/sdk";
    class Given extends HttpContext { name: string = ""; }
    registerHttpFilter("given", () => new Given());`;
  const wasm = await compiled(source);
  expect(Buffer.from(wasm).includes(Buffer.from("createContext", "utf16le"))).toBe(false);
  // What an old filter may do, a new one is told of.
  const { diagnostics } = await compileFilter("given", source.replace(' = ""', ""));
  expect(diagnostics).toContain("has no initializer");
});
