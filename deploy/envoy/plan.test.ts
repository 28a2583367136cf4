import { describe, expect, test } from "vitest";
import { formatDiff } from "./diff.ts";
import { planDeploy } from "./plan.ts";
import { deployRequest, managerType, MemoryFolder, routerType, slotFlow, slotLines } from "./testing.ts";

/**
 * Reads a text in which `SLOT` marks where the filter goes: a line of its own, or in front of an item between brackets.
 *
 * @returns the text before a deploy, and after it
 */
function marked(text: string): { before: string; after: string } {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = /^( *)SLOT\r?\n/gm;
  return {
    before: text.replace(lines, "").replaceAll(/SLOT,\s*/g, ""),
    after: text
      .replace(lines, (_, margin: string) =>
        slotLines()
          .map((line) => `${margin}${line}${end}`)
          .join(""),
      )
      .replaceAll("SLOT", slotFlow()),
  };
}

const block = `# The gateway
static_resources:
  listeners:
    - name: public # everybody's
      address: { socket_address: { address: 0.0.0.0, port_value: 80 } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": ${managerType}
                stat_prefix: 'public'
                http_filters:
                  - name: envoy.filters.http.health_check   # first
                  # the last one
                  SLOT
                  - name: envoy.filters.http.router
                    typed_config: { "@type": ${routerType} }
  clusters: []
`.replace(/( +# the last one\n)( +SLOT\n)/, "$2$1");

function listener(name: string, filters: string): string {
  return `    - name: ${name}
      filter_chains:
        - filters:
            - name: hcm
              typed_config:
                "@type": ${managerType}
                http_filters:
${filters}`;
}

const router = "                  - name: envoy.filters.http.router\n";
const slot = "                  SLOT\n";
const two = (first: string, second: string): string =>
  `static_resources:\n  listeners:\n${listener("first", first)}${listener("second", second)}`;

describe("planDeploy() puts its lines before the router, and changes no other byte:", () => {
  const json = { "@type": managerType, http_filters: [{ name: "envoy.filters.http.router" }] };
  const jsonListener = { name: "a", filterChains: [{ filters: [{ name: "hcm", typedConfig: json }] }] };
  const jsonText = JSON.stringify({ staticResources: { listeners: [jsonListener] } }, undefined, "\t");

  test.each([
    { name: "a block, with comments above the router", text: block },
    { name: "CRLF", text: block.replaceAll("\n", "\r\n") },
    { name: "a byte order mark", text: `\uFEFF${block}` },
    { name: "no newline at the end", text: block.trimEnd() },
    { name: "a document header and footer", text: `%YAML 1.1\n---\n${block}...\n` },
    { name: "a comment above the only filter", text: two(`                  # one\n${slot}${router}`, slot + router) },
    {
      name: "a list at its key's own margin",
      text: two(slot + router, slot + router).replaceAll(/^ {18}(?=SLOT|- name)/gm, " ".repeat(16)),
    },
    {
      name: "odd margins and wide dashes",
      text: `static_resources:\n   listeners:\n   -    name: a\n        filter_chains:\n         -  filters:\n            - name: hcm\n              typed_config:\n                     "@type": ${managerType}\n                     http_filters:\n                            SLOT\n                            -      name: envoy.filters.http.router\n`,
    },
    {
      name: "brackets on one line",
      text: two(slot + router, slot + router).replaceAll(
        /http_filters:\n +SLOT\n +- name: (.*)\n/g,
        "http_filters: [ { name: x }, SLOT, { name: $1 } ]\n",
      ),
    },
    {
      name: "brackets over several lines",
      text: `static_resources: { listeners: [\n  { name: a, filter_chains: [ { filters: [ { name: hcm, typed_config: {\n    "@type": "${managerType}", # of type\n    http_filters: [\n      SLOT,\n      # the router\n      { name: envoy.filters.http.router },\n    ] } } ] } ] } ] }\n`.replace(
        "      SLOT,\n      # the router\n      {",
        "      # the router\n      SLOT,\n      {",
      ),
    },
    {
      name: "JSON with tabs, and fields by their JSON names",
      text: jsonText.replace(/\n(\t+)(\{\n\t+"name": "envoy\.filters\.http\.router")/, "\n$1SLOT,\n$1$2"),
    },
    {
      name: "fields by their JSON names",
      text: two(slot + router, slot + router)
        .replace("static_resources", "staticResources")
        .replaceAll("filter_chains", "filterChains")
        .replaceAll("typed_config", "typedConfig")
        .replaceAll("http_filters", "httpFilters"),
    },
    {
      name: "an anchor on the list and an alias for it: once",
      text: two(slot + router, "")
        .replace(/http_filters:(?=\n +SLOT)/, "http_filters: &all")
        .replace(/http_filters:\n$/, "http_filters: *all\n"),
    },
    {
      name: "an anchor on the router, with tag and quotes",
      text: two(
        slot + router.replace("- name", "- &last !!map\n                    name"),
        `${slot}                  - *last\n`,
      ),
    },
    {
      name: "a whole connection manager by an alias: once",
      text: two(slot + router, "")
        .replace("typed_config:", "typed_config: &hcm")
        .replace(/typed_config:\n +"@type": \S+\n +http_filters:\n$/, "typed_config: *hcm\n"),
    },
    {
      name: "a default filter chain",
      text: `static_resources:\n  listeners:\n    - default_filter_chain:\n        filters:\n          - name: hcm\n            typed_config:\n              "@type": ${managerType}\n              http_filters:\n                SLOT\n                - name: envoy.filters.http.router\n`,
    },
    {
      name: "several managers in several chains, and others than HTTP",
      text: `${two(slot + router, slot + router)}        - filter_chain_match: { server_names: [a.example] }
          filters:
            - name: another
              typed_config:
                "@type": ${managerType}
                http_filters:
                  SLOT
                  - name: last
                    typed_config: { "@type": ${routerType} }
        - filters:
            - name: tcp
              typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: x }
`,
    },
    {
      name: "names that YAML 1.1 takes for booleans, quoted",
      text: two(slot + router, slot + router)
        .replace("name: first", 'name: "on"')
        .replace("name: second", "name: 'n'"),
    },
    {
      name: "types that somebody built in",
      text: block.replace("# first", "\n                    typed_config: { '@type': example.org/our.Filter, a: 1 }"),
    },
  ])("$name", ({ text }) => {
    const { before, after } = marked(text);
    expect(before).not.toBe(after);
    const folder = new MemoryFolder({ bootstrap: before });
    folder.deploy();
    expect(folder.text()).toBe(after);
    folder.undeploy();
    expect(folder.text()).toBe(before);
    expect(folder.ownFiles()).toEqual([]);
  });

  test("a file of listeners, and the bootstrap stays as it is", () => {
    const { before, after } = marked(
      `resources:\n  -   "@type": type.googleapis.com/envoy.config.listener.v3.Listener\n${listener("a", slot + router).replace("- ", "  ")}`,
    );
    const folder = new MemoryFolder({ bootstrap: "node: { id: a }\n", listeners: before });
    const plan = folder.deploy();
    expect(folder.text("listeners")).toBe(after);
    expect(plan.changes.map(({ role }) => role)).toEqual(["module", "record", "extension", "listeners"]);
    expect(plan.listeners).toEqual(["a"]);
  });

  test("resources that are wrapped", () => {
    const { before, after } = marked(
      `resources:\n  - name: a\n    "@type": type.googleapis.com/envoy.service.discovery.v3.Resource\n    resource:\n      "@type": type.googleapis.com/envoy.config.listener.v3.Listener\n${listener("a", slot + router).replace("- ", "  ")}`,
    );
    const folder = new MemoryFolder({ listeners: before });
    folder.deploy();
    expect(folder.text("listeners")).toBe(after);
  });
});

describe("planDeploy() chooses listeners", () => {
  const text = two(slot + router, slot + router);

  test("by name, and remembers the choice", () => {
    const { before, after } = marked(two(router, slot + router));
    const folder = new MemoryFolder({ bootstrap: before });
    expect(folder.deploy({ listeners: ["second"] }).listeners).toEqual(["second"]);
    expect(folder.text()).toBe(after);
    expect(folder.deploy({ module: Buffer.from("another") }).listeners).toEqual(["second"]);
    expect(folder.text()).toBe(after);
  });

  test("anew: the slot moves from one to the other", () => {
    const { before } = marked(text);
    const folder = new MemoryFolder({ bootstrap: before });
    folder.deploy({ listeners: ["second"] });
    folder.deploy({ listeners: ["first"] });
    expect(folder.text()).toBe(marked(two(slot + router, router)).after);
    folder.undeploy();
    expect(folder.text()).toBe(before);
  });

  test("all, and a later deploy those that came since", () => {
    const folder = new MemoryFolder({ bootstrap: marked(text).before });
    folder.deploy();
    const third = listener("third", slot + router);
    folder.edit("bootstrap", (now) => now + marked(third).before);
    expect(folder.deploy().listeners).toEqual(["first", "second", "third"]);
    expect(folder.text()).toBe(marked(text + third).after);
  });

  test("by address where there is no name", () => {
    const unnamed = text.replace(
      "- name: first",
      "- address: { socket_address: { address: 127.0.0.1, port_value: 80 } }",
    );
    const folder = new MemoryFolder({ bootstrap: marked(unnamed).before });
    expect(folder.deploy().listeners).toEqual(["127.0.0.1:80", "second"]);
  });
});

describe("planDeploy() of the same again", () => {
  const { before, after } = marked(block);

  test("changes nothing", () => {
    const folder = new MemoryFolder({ bootstrap: before });
    folder.deploy();
    expect(folder.plan()).toMatchObject({ changes: [], obsolete: [] });
  });

  test("with another module changes the module, the record and the extension, and no configuration", () => {
    const folder = new MemoryFolder({ bootstrap: before });
    const first = folder.deploy();
    const second = folder.plan({ module: Buffer.from("another") });
    expect(second.changes.map(({ role }) => role)).toEqual(["module", "record", "extension"]);
    expect(second.obsolete.map(({ path }) => path)).toEqual([first.changes[0]?.path]);
    expect(second.version).not.toBe(first.version);
  });

  test("leaves the slot where somebody has moved it", () => {
    const folder = new MemoryFolder({ bootstrap: before });
    folder.deploy();
    const first = "                  - name: envoy.filters.http.health_check   # first\n";
    folder.edit("bootstrap", (text) =>
      text.replace(first, "").replace("                  # the last", `${first}                  # the last`),
    );
    const moved = folder.text();
    expect(moved).not.toBe(after);
    folder.deploy({ module: Buffer.from("another") });
    expect(folder.text()).toBe(moved);
  });

  test("puts the slot back where somebody has taken it out", () => {
    const folder = new MemoryFolder({ bootstrap: before });
    folder.deploy();
    folder.edit("bootstrap", () => before);
    folder.deploy();
    expect(folder.text()).toBe(after);
  });
});

describe("planDeploy() refuses", () => {
  const { before } = marked(block);
  const withSlot = marked(block).after;

  test.each([
    { name: "an empty mapping", text: "{}", code: "HTTP_CONNECTION_MANAGER_MISSING" },
    {
      name: "listeners without HTTP",
      text: before.replace(managerType, "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"),
      code: "HTTP_CONNECTION_MANAGER_MISSING",
    },
    {
      name: "a manager without http_filters",
      text: before.replace(/ +http_filters:[^]*?(?= {2}clusters)/, ""),
      code: "ROUTER_MISSING",
      line: 10,
    },
    {
      name: "a manager whose http_filters is empty",
      text: before.replace(/(http_filters:)[^]*?(?= {2}clusters)/, "$1 []\n"),
      code: "ROUTER_MISSING",
      line: 10,
    },
    {
      name: "a manager without a router",
      text: before.replace("http.router\n", "http.cors\n").replace(routerType, "example.org/x"),
      code: "ROUTER_MISSING",
      line: 10,
    },
    { name: "a slot that is there and no record of it", text: withSlot, code: "SLOT_TAKEN", line: 10 },
    {
      name: "a slot that is there, between brackets",
      text: before.replace(
        /(http_filters:)[^]*?(?= {2}clusters)/,
        "$1 [{ name: wasm-hub.demo }, { name: envoy.filters.http.router }]\n",
      ),
      code: "SLOT_TAKEN",
      line: 10,
    },
    { name: "a name with a slash", text: before, request: { deployment: "../x" }, code: "DEPLOYMENT_NAME_INVALID" },
    {
      name: "a listener that is not there",
      text: before,
      request: { listeners: ["private"] },
      code: "LISTENER_UNKNOWN",
    },
    {
      name: "one of two listeners that share their filters",
      text: two(router, "")
        .replace("http_filters:", "http_filters: &all")
        .replace(/http_filters:\n$/, "http_filters: *all\n"),
      request: { listeners: ["second"] },
      code: "BOOTSTRAP_UNSUPPORTED",
    },
    {
      name: "an unknown field",
      text: before.replace("stat_prefix", "stat_prefixx"),
      code: "ENVOY_CONFIG_INVALID",
      line: 11,
    },
    {
      name: "a merge key, which Envoy does not know",
      text: before
        .replace("- name: public", "- <<: *x\n      name: public")
        .replace("static_resources:", "node: &x { id: a }\nstatic_resources:"),
      code: "ENVOY_CONFIG_INVALID",
      line: 5,
    },
    {
      name: "a boolean of YAML 1.1 for a name",
      text: before.replace("name: public", "name: on"),
      code: "ENVOY_CONFIG_INVALID",
      line: 4,
    },
  ])("$name: $code", ({ text, request, code, line }) => {
    const folder = new MemoryFolder({ bootstrap: text });
    const detail = line === undefined ? {} : { detail: expect.objectContaining({ line }) };
    expect(() => folder.deploy(request)).toThrow(expect.objectContaining({ code, ...detail }));
    expect(folder.text()).toBe(text);
  });

  test("a boolean of YAML 1.1 with what to do about it", () => {
    const folder = new MemoryFolder({ bootstrap: before.replace("name: public", "name: y") });
    expect(() => folder.deploy()).toThrow(/envoy\.yaml:4:13: .*name: .*YAML 1\.1.*quote it/);
  });

  test("a deployment of another bootstrap in the same folder", () => {
    const folder = new MemoryFolder({ bootstrap: before });
    folder.deploy();
    const snapshot = folder.snapshot("demo");
    const other = { ...snapshot, bootstrapPath: `${MemoryFolder.path}/other.yaml` };
    expect(() => planDeploy(other, deployRequest())).toThrow(
      expect.objectContaining({
        code: "DEPLOYMENT_ELSEWHERE",
        detail: expect.objectContaining({ deployment: "demo" }),
      }),
    );
  });
});

describe("the diff of a plan", () => {
  test("shows our lines in Envoy's configuration, and a line for each new file in the deployment's folder", () => {
    const folder = new MemoryFolder({ bootstrap: marked(block).before });
    const { changes } = folder.plan();
    const [own, patch] = formatDiff(changes).split(/^(?=--- )/m);
    expect(own?.replaceAll(/[0-9a-f]{64}/g, "…").replaceAll(/\d+ bytes/g, "N bytes")).toBe(
      [
        "+ /etc/envoy/wasm-hub/demo/sha256-….wasm (N bytes)",
        "+ /etc/envoy/wasm-hub/demo/deployment.json (N bytes)",
        "+ /etc/envoy/wasm-hub/demo/slot-new/extension.json (N bytes)",
        "",
      ].join("\n"),
    );
    expect(patch?.split("\n", 2)).toEqual(["--- /etc/envoy/envoy.yaml", "+++ /etc/envoy/envoy.yaml"]);
    const changed = patch?.split("\n").filter((line) => /^[+-] /.test(line));
    expect(changed).toEqual(slotLines().map((line) => `+${" ".repeat(18)}${line}`));
  });

  test("shows what becomes of the filter's configuration when it is deployed again", () => {
    const folder = new MemoryFolder({ bootstrap: marked(block).before });
    folder.deploy({ configuration: '{"value":"before"}' });
    const diff = formatDiff(folder.plan({ configuration: '{"value":"after"}' }).changes);
    expect(diff).toContain(`~ /etc/envoy/wasm-hub/demo/deployment.json (`);
    expect(diff).toMatch(/^-.*before/m);
    expect(diff).toMatch(/^\+.*after/m);
  });
});
