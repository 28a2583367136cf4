import { describe, expect, test } from "vitest";
import { compileFilter } from "./compile-filter.ts";
import { FakeHost } from "./fake-host.ts";
import { parseModule } from "#module";

// sdk/transform: what the compiler does to a filter before it compiles it.

const always = ["proxy_abi_version_0_2_1", "proxy_on_configure", "proxy_on_context_create", "proxy_on_delete"].concat([
  "proxy_on_memory_allocate",
]);

async function compiled(source: string): Promise<Uint8Array> {
  const { wasm, diagnostics } = await compileFilter("given", source);
  expect(diagnostics).toBe("");
  return wasm;
}

function callbacksOf(wasm: Uint8Array): readonly string[] {
  return parseModule(wasm)
    .exports.map(({ name }) => name)
    .filter((name) => name.startsWith("proxy_"));
}

const filter = (members: string, imports = ""): string => `
  import { Action, HttpContext, registerHttpFilter${imports} } from "@wasm-hub/sdk";
  class Given extends HttpContext { ${members} }
  registerHttpFilter("given", () => new Given());`;

describe("a module's callbacks", () => {
  test("are those that its filter overrides, and those without which there is no filter", async () => {
    const wasm = await compiled(filter("onResponseHeaders(end: bool): Action { return Action.Continue; }"));
    expect(callbacksOf(wasm).toSorted()).toEqual([...always, "proxy_on_response_headers"].toSorted());
  });

  test("include the one that brings the VM's configuration, when the filter reads it", async () => {
    const wasm = await compiled(`
      import { RootContext, log, registerFilter } from "@wasm-hub/sdk";
      class Root extends RootContext { onConfigure(): bool { log.info(this.vmConfiguration); return true; } }
      registerFilter("given", () => new Root());`);
    expect(callbacksOf(wasm)).toContain("proxy_on_vm_start");
  });
});

describe("a log line that is put together", () => {
  const source = filter(
    `onRequestHeaders(end: bool): Action {
      for (let i = 0; i < 1; ++i) { log.debug("stream " + next()); }
      log.warn("ready " + calls.toString());
      return Action.Continue;
    }`,
    ", log",
  ).concat("let calls = 0; function next(): string { calls++; return calls.toString(); }");

  test("is not, while nobody reads its level", async () => {
    const host = new FakeHost(await compiled(source), "given");
    host.logLevel = 3;
    host.request(host.configure("").id);
    expect(host.logs).toEqual(["ready 0"]);
  });

  test("is, while somebody does", async () => {
    const host = new FakeHost(await compiled(source), "given");
    host.request(host.configure("").id);
    expect(host.logs).toEqual(["stream 1", "ready 1"]);
  });
});

test.each(["onRequestHeader", "onrequestHeaders", "onRequestHaders", "onRequestHeaderss", "onRezuestHeaders"])(
  "a method %s gets a warning with the callback that is meant",
  async (name) => {
    const { wasm, diagnostics } = await compileFilter(
      "given",
      filter(`${name}(end: bool): Action { return Action.Continue; }`),
    );
    expect(wasm.byteLength).toBeGreaterThan(0);
    expect(diagnostics).toContain(`${name} is no callback, so it is never called; onRequestHeaders is one`);
  },
);

test("a method of one's own may be called anything else", async () => {
  const { diagnostics } = await compileFilter("given", filter("onAuthorised(): void {} only(): void {}"));
  expect(diagnostics).toBe("");
});
