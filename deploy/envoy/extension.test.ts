import { describe, expect, test } from "vitest";
import { checkEnvoyYaml, readEnvoyYaml } from "#envoy/schema";
import { digestOf } from "#oci";
import { extensionText, extensionVersion, type FilterSettings, passThroughFilter, wasmFilter } from "./extension.ts";
import { MemoryFolder, managerType } from "./testing.ts";

const settings: FilterSettings = {
  name: "wasm-hub.demo",
  rootId: "demo",
  configuration: '{"a":"n"}',
  failOpen: false,
  capabilities: ["proxy_log"],
  restricts: "vm",
  code: { file: "/etc/envoy/m.wasm" },
};
const remote = { url: "http://hub.example/m", cluster: "hub", digest: digestOf("module") };

describe("what fills a slot", () => {
  test.each([
    { name: "a module in a file", filter: wasmFilter(settings) },
    { name: "a module to fetch", filter: wasmFilter({ ...settings, code: remote, configuration: undefined }) },
    { name: "a module to fetch in advance", filter: wasmFilter({ ...settings, code: remote }, { attempt: 12 }) },
    { name: "a restriction of the plugin", filter: wasmFilter({ ...settings, restricts: "plugin", failOpen: true }) },
    { name: "a filter that does nothing", filter: passThroughFilter() },
  ])("follows Envoy's schema: $name", ({ filter }) => {
    const yaml = readEnvoyYaml(extensionText("wasm-hub.demo", filter), "extension.json");
    expect(() => checkEnvoyYaml(yaml, "discovery response")).not.toThrow();
    expect(yaml.value).toMatchObject({
      version_info: extensionVersion(filter),
      resources: [{ name: "wasm-hub.demo" }],
    });
  });

  test("never allows everything: to Envoy an empty list means no restriction", () => {
    const text = JSON.stringify(wasmFilter({ ...settings, capabilities: [] }));
    expect(text).toContain('"allowed_capabilities":{"proxy_log":{}}');
  });

  test("has a version that changes with each setting, and with nothing else", () => {
    const changes: readonly Partial<FilterSettings>[] = [
      {},
      { rootId: "x" },
      { configuration: "x" },
      { configuration: undefined },
      { failOpen: true },
      { capabilities: ["proxy_done"] },
      { restricts: "plugin" },
      { code: { file: "x" } },
      { code: remote },
    ];
    const versions = changes.map((change) => extensionVersion(wasmFilter({ ...settings, ...change })));
    expect(new Set(versions).size).toBe(changes.length);
    expect(extensionVersion(wasmFilter({ ...settings }))).toBe(versions[0]);
  });

  test.each(["file", "remote"])("differs in each attempt, for Envoy to try it: %s", (mode) => {
    const all = [undefined, { attempt: 1 }].map((fetch) =>
      JSON.stringify(wasmFilter(mode === "file" ? settings : { ...settings, code: remote }, fetch)),
    );
    expect(new Set(all).size).toBe(2);
  });
});

test.each([
  { envoyVersion: "1.40.0", restricts: "vm" },
  { envoyVersion: "1.41.0-dev", restricts: "vm" },
  { envoyVersion: "2.0.0", restricts: "vm" },
  { envoyVersion: "1.39.2", restricts: "plugin" },
  { envoyVersion: "0.99.0", restricts: "plugin" },
  { envoyVersion: undefined, restricts: "plugin" },
])("Envoy $envoyVersion is told of the restriction at the $restricts", ({ envoyVersion, restricts }) => {
  const filters = `[{ name: hcm, typed_config: { "@type": ${managerType}, http_filters: [{ name: envoy.filters.http.router }] } }]`;
  const bootstrap = `static_resources: { listeners: [{ filter_chains: [{ filters: ${filters} }] }] }\n`;
  expect(new MemoryFolder({ bootstrap }).plan({ envoyVersion }).settings.restricts).toBe(restricts);
});
