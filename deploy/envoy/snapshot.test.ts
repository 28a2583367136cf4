import { mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applyDeploy } from "./apply.ts";
import { applyUndeploy } from "./apply-undeploy.ts";
import { planDeploy } from "./plan.ts";
import { readSnapshot } from "./snapshot.ts";
import { deployRequest, managerType } from "./testing.ts";
import { planUndeploy } from "./undeploy.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "snapshot-"))));
afterEach(() => rm(folder, { recursive: true }));

const listeners = `resources:
  - "@type": type.googleapis.com/envoy.config.listener.v3.Listener
    name: public
    filter_chains:
      - filters:
          - name: hcm
            typed_config: { "@type": ${managerType}, http_filters: [{ name: envoy.filters.http.router }] }
`;

async function write(name: string, text: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const watching = (path: string, clusters = path): string =>
  `dynamic_resources: { lds_config: { path_config_source: { path: ${path} } }, cds_config: { path: ${clusters} } }\n`;

describe("readSnapshot() finds", () => {
  test("the files of listeners and clusters beside the bootstrap, wherever they are watched", async () => {
    const path = await write("envoy.yaml", watching("l.yaml", join(folder, "c.yml")));
    await write("l.yaml", listeners);
    await write("c.yml", "resources: []\n");
    const { configs } = await readSnapshot(path, "demo");
    expect(configs.map(({ role, path }) => [role, path])).toEqual([
      ["bootstrap", path],
      ["listeners", join(folder, "l.yaml")],
      ["clusters", join(folder, "c.yml")],
    ]);
  });

  test.each([
    { name: "an address and a port", text: "{ address: 127.0.0.1, port_value: 9901 }", url: "http://127.0.0.1:9901/" },
    { name: "every address", text: "{ address: 0.0.0.0, portValue: 9901 }", url: "http://127.0.0.1:9901/" },
    { name: "every address of IPv6", text: '{ address: "::", port_value: 9901 }', url: "http://[::1]:9901/" },
    { name: "IPv6", text: '{ address: "::1", port_value: 9901 }', url: "http://[::1]:9901/" },
    { name: "a port that is chosen at start", text: "{ address: 127.0.0.1, port_value: 0 }", url: undefined },
  ])("the admin interface at $name", async ({ text, url }) => {
    const path = await write("envoy.yaml", `admin: { address: { socket_address: ${text} } }\n`);
    expect((await readSnapshot(path, "demo")).adminUrl?.href).toBe(url);
  });

  test("no files where a control plane serves, and no admin interface", async () => {
    const path = await write("envoy.yaml", "dynamic_resources: { lds_config: { ads: {} } }\n");
    expect(await readSnapshot(path, "demo")).toMatchObject({ configs: [{ role: "bootstrap" }], adminUrl: undefined });
  });
});

describe("readSnapshot() refuses", () => {
  test.each([
    { name: "what is not YAML, with the line", text: "node:\n  id: [a\n", says: /envoy\.yaml:\d+:\d+: not YAML/ },
    { name: "a tab at the margin", text: "node:\n\tid: a\n", says: /envoy\.yaml:2/ },
    { name: "an empty file", text: "", says: "it holds no mapping" },
    { name: "a list", text: "- a\n", says: "it holds no mapping" },
    { name: "a word", text: "hello\n", says: "it holds no mapping" },
    { name: "what is not UTF-8", text: Buffer.from([0x61, 0x3a, 0x20, 0xff]), says: "cannot read" },
    { name: "a name that is defined nowhere", text: "node: *a\n", says: "envoy.yaml:1" },
    {
      name: "listeners that are not there",
      text: watching("gone.yaml"),
      says: "gone.yaml, which the bootstrap names, is not at",
    },
  ])("$name", async ({ text, says }) => {
    const path = await write("envoy.yaml", text);
    await expect(readSnapshot(path, "demo")).rejects.toThrow(says);
    await expect(readSnapshot(path, "demo")).rejects.toMatchObject({ code: "BOOTSTRAP_UNREADABLE" });
  });

  test("a bootstrap that is not there, or a folder", async () => {
    const error = { code: "BOOTSTRAP_UNREADABLE", hint: "name the bootstrap that Envoy is started with" };
    await expect(readSnapshot(join(folder, "none.yaml"), "demo")).rejects.toMatchObject(error);
    await mkdir(join(folder, "folder.yaml"));
    await expect(readSnapshot(join(folder, "folder.yaml"), "demo")).rejects.toMatchObject(error);
  });

  test("JSON by its name: Envoy would not read what is put in", async () => {
    const path = await write("envoy.json", "{}");
    await expect(readSnapshot(path, "demo")).rejects.toMatchObject({ code: "BOOTSTRAP_UNSUPPORTED" });
  });

  test.each(["{", "null", '{"name":"demo"}', '{"name":"demo","insertions":[{}]}'])(
    "a damaged record: %s",
    async (text) => {
      const path = await write("envoy.yaml", "{}");
      await mkdir(join(folder, "wasm-hub", "demo"), { recursive: true });
      await write("wasm-hub/demo/deployment.json", text);
      await expect(readSnapshot(path, "demo")).rejects.toMatchObject({
        code: "DEPLOYMENT_DAMAGED",
        detail: { path: join(folder, "wasm-hub/demo/deployment.json") },
      });
    },
  );
});

test("a bootstrap behind symbolic links stays behind them, and deployments lie beside the real file", async () => {
  await mkdir(join(folder, "real"));
  const text = listeners
    .replace("resources:", "static_resources:\n  listeners:")
    .replace(/ {4}"@type.*\n|- "@type.*\n {4}/g, "- ");
  const real = await write("real/envoy.yaml", text);
  const link = join(folder, "link.yaml");
  await symlink(join("real", "envoy.yaml"), link);

  await applyDeploy(planDeploy(await readSnapshot(link, "demo"), deployRequest()), { admin: undefined });
  expect(await readlink(link)).toBe(join("real", "envoy.yaml"));
  expect(await readFile(real, "utf8")).toContain("wasm-hub.demo");
  expect((await readSnapshot(real, "demo")).record).toMatchObject({ name: "demo", bootstrap: "envoy.yaml" });

  await applyUndeploy(planUndeploy(await readSnapshot(link, "demo"), "demo"), { admin: undefined });
  expect(await readFile(link, "utf8")).toBe(text);
});
