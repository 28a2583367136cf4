import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { startEnvoy } from "../start.ts";
import { validateConfig } from "../validate.ts";
import { checkEnvoyYaml } from "./check.ts";
import { envoyDescriptors } from "./descriptors.ts";
import { SchemaError } from "./errors.ts";
import { readEnvoyYaml } from "./yaml.ts";

/** The check is only as good as its agreement with Envoy: every row goes through both. */
const envoy = await partOrReason("envoy");
const path = "path" in envoy ? envoy.path : "";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "envoy-verdicts-"))));
afterAll(() => rm(folder, { recursive: true }));

interface Row {
  readonly name: string;
  readonly text: string;
}

async function verdicts({ name, text }: Row): Promise<{ envoy: boolean; ours: boolean; said: string }> {
  const configPath = join(folder, `${name.replaceAll(/\W+/g, "-")}.yaml`);
  await writeFile(configPath, text);
  const validation = await validateConfig({ path, configPath });
  let ours = "";
  try {
    checkEnvoyYaml(readEnvoyYaml(text, name), "bootstrap");
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    ours = error.message;
  }
  return { envoy: validation.ok, ours: ours === "", said: `${validation.ok ? "" : validation.words}\n${ours}` };
}

const node = (fields: string): string => `node: { id: a, cluster: b${fields === "" ? "" : `, ${fields}`} }\n`;

function cluster(...fields: readonly string[]): string {
  const lines = ["name: c", "connect_timeout: 1s", ...fields].map((line) => `      ${line}\n`).join("");
  return `${node("")}static_resources:\n  clusters:\n    -\n${lines}`;
}

const routerType = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
const managerType =
  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const router = `{ name: envoy.filters.http.router, typed_config: { "@type": ${routerType} } }`;

function manager(httpFilters: string, ...fields: readonly string[]): string {
  const lines = [`"@type": ${managerType}`, "stat_prefix: a", "route_config: {}", `http_filters: ${httpFilters}`];
  return `${node("")}static_resources:
  listeners:
    - name: l
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
${[...lines, ...fields].map((line) => `                ${line}\n`).join("")}`;
}

const panic = (value: string): string => cluster(`common_lb_config: { healthy_panic_threshold: { value: ${value} } }`);
const limit = (value: string): string => cluster(`per_connection_buffer_limit_bytes: ${value}`);
const interval = (value: string): string => cluster(`cleanup_interval: ${value}`);
const subsets = (value: string): string => cluster(`lb_subset_config: { subset_selectors: ${value} }`);
const metadata = (value: string): string => cluster(`metadata: { filter_metadata: { a: ${value} } }`);

const bothTake: readonly Row[] = [
  { name: "camelCase", text: node("userAgentName: x") },
  { name: "one field in both spellings", text: cluster("alt_stat_name: a", "altStatName: b") },
  { name: "an integer beyond 32 bits as a string", text: "node: { id: 3000000000, cluster: b }\n" },
  { name: "a fraction as a string", text: "node: { id: 1.5, cluster: b }\n" },
  { name: "a word with the tag !", text: "node: { id: ! yes, cluster: b }\n" },
  {
    name: "a null in place of a string, a message, a list",
    text: cluster("alt_stat_name: ~", "metadata: ~", "filters: ~"),
  },
  { name: "a null in place of an enum", text: cluster("type: ~") },
  { name: "a null in a list of strings", text: subsets("[{ keys: [~] }]") },
  { name: "a null as a value in a mapping", text: metadata("~") },
  { name: "equal keys", text: `${node("")}${node("")}` },
  { name: "equal keys inside", text: "node: { id: a, id: c, cluster: b }\n" },
  { name: "a key with the tag !ignore", text: `!ignore anything: { a: 1 }\n${node("")}` },
  {
    name: "an anchor under !ignore",
    text: `!ignore t: &t ${routerType}\n${manager('[{ name: r, typed_config: { "@type": *t } }]')}`,
  },
  { name: "an anchor and an alias", text: "node: { id: &x a, cluster: *x }\n" },
  { name: "tags of its own", text: "!a node: !b { id: !c a, cluster: b }\n" },
  { name: "a second document that is wrong", text: `${node("")}---\nnode: { foo: 1 }\n` },
  { name: "a byte order mark", text: `\uFEFF${node("")}` },
  { name: "Windows line ends", text: "node:\r\n  id: a\r\n  cluster: b\r\n" },
  { name: "a directive and a document end", text: `%YAML 1.2\n---\n${node("")}...\n` },
  { name: "a comma before the bracket", text: "node: { id: a, cluster: b, }\n" },
  { name: "block scalars", text: "node:\n  id: |\n    yes\n  cluster: >-\n    5\n" },
  { name: "an enum in small letters", text: cluster("type: strict_dns", "lb_policy: Round_Robin") },
  { name: "an enum by number", text: cluster("type: 1") },
  { name: "an enum by number in quotes", text: cluster('type: "1"') },
  { name: "the largest uint32", text: limit("4294967295") },
  { name: "a uint32 in quotes", text: limit('"5"') },
  { name: "a uint32 with a fraction of nothing", text: limit("5.0") },
  { name: "a uint32 with an exponent", text: limit("1e3") },
  { name: "a uint32 in hexadecimal", text: limit("0x10") },
  { name: "a uint32 in octal", text: limit("010") },
  { name: "a uint32 of a nought and an eight", text: limit("08") },
  { name: "a uint32 with a plus", text: limit("+5") },
  {
    name: "a uint64 in quotes",
    text: cluster("lb_policy: RING_HASH", 'ring_hash_lb_config: { minimum_ring_size: "1024" }'),
  },
  { name: "a wrapper written as a message", text: limit("{ value: 5 }") },
  { name: "a boolean of YAML 1.1", text: cluster("respect_dns_ttl: yes") },
  { name: "a boolean in quotes", text: cluster('respect_dns_ttl: "True"') },
  { name: "a boolean of one digit in quotes", text: cluster('respect_dns_ttl: "1"') },
  { name: "a duration with a fraction", text: interval("0.25s") },
  { name: "a duration written as a message", text: interval("{ seconds: 1, nanos: 5 }") },
  { name: "a double", text: panic("50.5") },
  { name: "a double with an exponent", text: panic("5e1") },
  { name: "a double that begins with its dot", text: panic(".5") },
  { name: "a double in quotes with a space", text: panic('" 5"') },
  { name: "a single message in place of a list", text: manager(router) },
  { name: "a single string in place of a list", text: subsets("[{ keys: a }]") },
  { name: "a list in a list", text: subsets("[[{ keys: [[a]] }]]") },
  { name: "anything in a Struct", text: metadata("{ b: [1, { c: yes }, 1.5, ~, x] }") },
  {
    name: "keys that are numbers, booleans and nothing",
    text: cluster("metadata: { filter_metadata: { 5: {}, yes: {}, ~: {} } }"),
  },
  { name: "two of one oneof, one of them null", text: cluster("type: STATIC", "cluster_type: ~") },
  {
    name: "an @type that is not first",
    text: manager(`[{ name: r, typed_config: { dynamic_stats: true, "@type": ${routerType} } }]`),
  },
  {
    name: "an @type of another host",
    text: manager(
      `[{ name: r, typed_config: { "@type": ${routerType.replace("type.googleapis.com", "example.com")} } }]`,
    ),
  },
  {
    name: "an Any of a Struct",
    text: cluster(
      'metadata: { typed_filter_metadata: { a: { "@type": type.googleapis.com/google.protobuf.Struct, value: { a: 1 } } } }',
    ),
  },
  {
    name: "base64 for addresses of the web, without its end",
    text: manager(`[${router}]`, "local_reply_config: { body_format: { text_format_source: { inline_bytes: _-8 } } }"),
  },
];

const bothRefuse: readonly Row[] = [
  { name: "no mapping", text: "foo\n" },
  { name: "an empty file", text: "" },
  { name: "an unknown field", text: node("idd: x") },
  { name: "a merge key", text: `!ignore b: &b { id: a }\nnode: { <<: *b, cluster: b }\n` },
  { name: "a boolean in place of a string", text: "node: { id: n, cluster: b }\n" },
  { name: "a boolean with a string's tag", text: "node: { id: !!str yes, cluster: b }\n" },
  { name: "an integer in place of a string", text: "node: { id: 5, cluster: b }\n" },
  { name: "an anchor that is not there", text: "node: { id: *x, cluster: b }\n" },
  { name: "a uint32 that is too large", text: limit("4294967296") },
  { name: "a uint32 below nought", text: limit("-1") },
  { name: "a uint32 with a fraction", text: limit("5.5") },
  { name: "a uint32 with underscores", text: limit("1_000") },
  { name: "a uint32 in the octal of YAML 1.2", text: limit("0o12") },
  { name: "a uint32 with a space", text: limit('" 5"') },
  {
    name: "a uint64 that is too large",
    text: cluster("ring_hash_lb_config: { minimum_ring_size: 18446744073709551616 }"),
  },
  { name: "a number in place of a boolean", text: cluster("respect_dns_ttl: 1") },
  { name: "an enum that there is not", text: cluster("type: FOO") },
  { name: "an enum of a fraction", text: cluster("type: 1.0") },
  { name: "a duration without a unit", text: interval("1") },
  { name: "a duration in milliseconds", text: interval("1ms") },
  { name: "a duration with ten digits", text: interval("0.1234567891s") },
  { name: "a duration of ten thousand years and more", text: interval("400000000000s") },
  { name: "a double that is a word", text: panic("x") },
  { name: "a string in place of a message", text: cluster("load_assignment: foo") },
  { name: "a list in place of a mapping", text: cluster("metadata: { filter_metadata: [] }") },
  { name: "a number in place of a Struct", text: metadata("5") },
  {
    name: "bytes that are no base64",
    text: manager(
      `[${router}]`,
      'local_reply_config: { body_format: { text_format_source: { inline_bytes: "***" } } }',
    ),
  },
  { name: "two of one oneof", text: cluster("type: STATIC", "cluster_type: { name: x }") },
  { name: "an Any without a type", text: manager("[{ name: r, typed_config: { dynamic_stats: true } }]") },
  {
    name: "an Any of a type that there is not",
    text: manager('[{ name: r, typed_config: { "@type": type.googleapis.com/acme.Filter } }]'),
  },
  {
    name: "an Any of a type without a host",
    text: manager(`[{ name: r, typed_config: { "@type": ${routerType.replace("type.googleapis.com/", "")} } }]`),
  },
  {
    name: "an Any with an unknown field",
    text: manager(`[{ name: r, typed_config: { "@type": ${routerType}, x: 1 } }]`),
  },
];

/** Rules that are not in the schema: bounds, what is required, which extensions are built in. `validateConfig` has them. */
const onlyEnvoyRefuses: readonly Row[] = [
  { name: "a port above 65535", text: manager(`[${router}]`).replace("port_value: 0", "port_value: 70000") },
  { name: "a cluster without a name", text: `${node("")}static_resources: { clusters: [{ connect_timeout: 1s }] }\n` },
  { name: "a number that no name of an enum stands for", text: cluster("type: 77") },
  { name: "a negative duration", text: cluster("dns_refresh_rate: -1s") },
  { name: "a filter without a configuration", text: manager("[{ name: envoy.filters.http.router }]") },
  {
    name: "a Struct of a hundred and twenty levels",
    text: node(`metadata: ${"{ a: ".repeat(120)}1${" }".repeat(120)}`),
  },
];

/** What YAML itself does not allow. The file could not be changed without doubt. */
const onlyWeRefuse: readonly Row[] = [
  { name: "the inside of a flow mapping at the column of what it is in", text: "node: { id: a,\ncluster: b }\n" },
];

describe.skipIf(!path)("a bootstrap", () => {
  test.concurrent.for(bothTake)("with $name passes the check, and Envoy takes it", async (row, { expect }) => {
    expect(await verdicts(row)).toMatchObject({ envoy: true, ours: true });
  });

  test.concurrent.for(bothRefuse)("with $name is refused by both", async (row, { expect }) => {
    expect(await verdicts(row)).toMatchObject({ envoy: false, ours: false });
  });

  test.concurrent.for(onlyEnvoyRefuses)("with $name is left for Envoy to refuse", async (row, { expect }) => {
    expect(await verdicts(row)).toMatchObject({ envoy: false, ours: true });
  });

  test.concurrent.for(onlyWeRefuse)("with $name is refused here alone", async (row, { expect }) => {
    expect(await verdicts(row)).toMatchObject({ envoy: true, ours: false });
  });
});

test.skipIf(!path)("the descriptors have a message for every type that Envoy's extensions take", async () => {
  const configPath = join(folder, "admin.yaml");
  await writeFile(configPath, "admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }\n");
  await using running = await startEnvoy({ path, configPath, concurrency: 1 });
  const { node } = await running.admin.serverInfo();
  const extensions = node?.["extensions"] as { type_urls?: string[] }[];
  const types = new Set(extensions.flatMap(({ type_urls: types = [] }) => types));
  expect(types.size).toBeGreaterThan(300);
  expect([...types].filter((type) => !envoyDescriptors().getMessage(type))).toEqual([]);
});
