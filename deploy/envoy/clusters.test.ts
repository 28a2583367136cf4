import { describe, expect, test } from "vitest";
import { managerType, MemoryFolder, slotLines } from "./testing.ts";

const listeners = `resources:
  - "@type": type.googleapis.com/envoy.config.listener.v3.Listener
    name: public
    filter_chains:
      - filters:
          - name: hcm
            typed_config:
              "@type": ${managerType}
              http_filters:
                - name: envoy.filters.http.router
`;

const socket = (address: string, port: number): string =>
  `{ endpoint: { address: { socket_address: { address: ${address}, port_value: ${port} } } } }`;

const cluster = (name: string, address: string, port: number, more = ""): string =>
  `{ name: ${name}, load_assignment: { cluster_name: ${name}, endpoints: [{ lb_endpoints: [${socket(address, port)}] }] }${more} }`;

const remoteUrl = new URL("http://127.0.0.1:5000/v2/me/demo/blobs/sha256:0");

/** The lines of a cluster of ours, as an item of a list. */
const ours = (deployment = "demo"): readonly string[] => [
  `- name: wasm-hub.${deployment}.registry # until: wasm undeploy envoy ${deployment}`,
  "  type: STATIC",
  '  connect_timeout: "5s"',
  "  load_assignment:",
  `    cluster_name: wasm-hub.${deployment}.registry`,
  "    endpoints:",
  "      - lb_endpoints:",
  "          - endpoint:",
  "              address:",
  "                socket_address:",
  '                  address: "127.0.0.1"',
  "                  port_value: 5000",
];

const indented = (lines: readonly string[], margin: number): string =>
  lines.map((line) => `${" ".repeat(margin)}${line}\n`).join("");

describe("a deploy for which Envoy fetches the module", () => {
  test("puts no module beside the bootstrap, and names cluster and digest", () => {
    const folder = new MemoryFolder({ listeners, bootstrap: "static_resources: { clusters: [ { name: other } ] }\n" });
    const { changes, settings } = folder.deploy({ remoteUrl });
    expect(changes.map(({ role }) => role)).toEqual(["record", "extension", "listeners", "bootstrap"]);
    expect(settings.code).toEqual({
      url: remoteUrl.href,
      cluster: "wasm-hub.demo.registry",
      digest: expect.stringMatching(/^sha256:/),
    });
  });

  test.each([
    { name: "its host and port", text: cluster("hub", "127.0.0.1", 5000), uses: "hub" },
    { name: "another port", text: cluster("hub", "127.0.0.1", 5001), uses: undefined },
    { name: "another host", text: cluster("hub", "127.0.0.2", 5000), uses: undefined },
    { name: "TLS", text: cluster("hub", "127.0.0.1", 5000, ", transport_socket: { name: tls }"), uses: undefined },
    {
      name: "statistics by another name",
      text: cluster("hub", "127.0.0.1", 5000, ", alt_stat_name: x"),
      uses: undefined,
    },
  ])("looks for a cluster that leads to the registry: $name", ({ text, uses }) => {
    const bootstrap = `static_resources:\n  clusters:\n    - ${text}\n`;
    const folder = new MemoryFolder({ listeners, bootstrap });
    const { settings, changes } = folder.deploy({ remoteUrl });
    expect(settings.code).toMatchObject({ cluster: uses ?? "wasm-hub.demo.registry" });
    expect(changes.some(({ role }) => role === "bootstrap")).toBe(uses === undefined);
  });

  test.each([
    {
      name: "before the first of the bootstrap's clusters",
      before: "static_resources:\n  # upstreams\n  clusters:\n    # one\n    - name: one\n",
      after: `static_resources:\n  # upstreams\n  clusters:\n    # one\n${indented(ours(), 4)}    - name: one\n`,
    },
    {
      name: "into static resources without clusters",
      before: "static_resources:\n  # none yet\n  secrets: []\nnode: { id: a }\n",
      after: `static_resources:\n  # none yet\n  clusters:\n${indented(ours(), 4)}  secrets: []\nnode: { id: a }\n`,
    },
    {
      name: "into a bootstrap without static resources",
      before: "\uFEFF# mine\r\nnode: { id: a }\r\n",
      after: `\uFEFF# mine\r\n${`static_resources:\n  clusters:\n${indented(ours(), 4)}`.replaceAll("\n", "\r\n")}node: { id: a }\r\n`,
    },
  ])("puts a cluster $name", ({ before, after }) => {
    const folder = new MemoryFolder({ listeners, bootstrap: before });
    folder.deploy({ remoteUrl });
    expect(folder.text()).toBe(after);
    folder.undeploy();
    expect(folder.text()).toBe(before);
  });

  test("puts a cluster into the file of clusters, written before the listeners", () => {
    const clusters = "resources:\n- '@type': type.googleapis.com/envoy.config.cluster.v3.Cluster\n  name: one\n";
    const folder = new MemoryFolder({ listeners, clusters });
    const { changes } = folder.deploy({ remoteUrl: new URL("https://hub.example/v2/me/demo/blobs/sha256:0") });
    expect(changes.map(({ role }) => role)).toEqual(["record", "extension", "clusters", "listeners"]);
    expect(folder.text("clusters")).toBe(`resources:
- "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster # until: wasm undeploy envoy demo
  name: wasm-hub.demo.registry
  type: STRICT_DNS
  connect_timeout: "5s"
  load_assignment:
    cluster_name: wasm-hub.demo.registry
    endpoints:
      - lb_endpoints:
          - endpoint:
              address:
                socket_address:
                  address: hub.example
                  port_value: 443
  transport_socket:
    name: envoy.transport_sockets.tls
    typed_config:
      "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
      sni: hub.example
${clusters.replace("resources:\n", "")}`);
    folder.undeploy();
    expect(folder.text("clusters")).toBe(clusters);
  });

  test.each([
    "static_resources: {}\n",
    "static_resources: { clusters: [] }\n",
    "static_resources:\nnode: { id: a }\n",
    "{ node: { id: a } }\n",
  ])("says what to do where no cluster can be added: %j", (bootstrap) => {
    const folder = new MemoryFolder({ listeners, bootstrap });
    expect(() => folder.deploy({ remoteUrl })).toThrow(
      expect.objectContaining({ code: "BOOTSTRAP_UNSUPPORTED", hint: expect.stringContaining("add a cluster") }),
    );
  });

  test("takes its cluster away when the module becomes a file again, or the registry is another", () => {
    const bootstrap = "static_resources:\n  clusters:\n    - name: one\n";
    const folder = new MemoryFolder({ listeners, bootstrap });
    folder.deploy({ remoteUrl });
    folder.deploy({ remoteUrl: new URL("http://127.0.0.1:6000/v2/me/demo/blobs/sha256:0") });
    expect(folder.text()).toBe(
      `static_resources:\n  clusters:\n${indented(ours(), 4).replace("5000", "6000")}    - name: one\n`,
    );
    folder.deploy();
    expect(folder.text()).toBe(bootstrap);
  });

  test("has a cluster of its own beside that of another deployment", () => {
    const bootstrap = "static_resources:\n  clusters:\n    - name: one\n";
    const folder = new MemoryFolder({ listeners, bootstrap });
    folder.deploy({ remoteUrl });
    folder.deploy({ remoteUrl, deployment: "other" });
    const both = `static_resources:\n  clusters:\n${indented(ours(), 4)}${indented(ours("other"), 4)}    - name: one\n`;
    expect(folder.text()).toBe(both);
    folder.undeploy("demo");
    expect(folder.text()).toBe(both.replace(indented(ours(), 4), ""));
    expect(folder.text("listeners")).toBe(
      listeners.replace(/^ +- name: envoy.filters.http.router/m, `${indented(slotLines("other"), 16)}$&`),
    );
    folder.undeploy("other");
    expect(folder.text()).toBe(bootstrap);
  });

  test("does not join a list of clusters that goes with another deployment", () => {
    const folder = new MemoryFolder({ listeners, bootstrap: "static_resources:\n  secrets: []\n" });
    folder.deploy({ remoteUrl });
    expect(() => folder.deploy({ remoteUrl, deployment: "other" })).toThrow(
      expect.objectContaining({ code: "BOOTSTRAP_UNSUPPORTED" }),
    );
  });
});

describe("undeploying leaves alone", () => {
  test("a cluster of ours that somebody has changed", () => {
    const folder = new MemoryFolder({ listeners, bootstrap: "static_resources:\n  clusters:\n    - name: one\n" });
    folder.deploy({ remoteUrl });
    folder.edit("bootstrap", (text) => text.replace('"5s"', '"9s"'));
    expect(() => folder.undeploy()).toThrow(expect.objectContaining({ code: "SLOT_EDITED" }));
    expect(() => folder.deploy({ remoteUrl })).toThrow(expect.objectContaining({ code: "SLOT_EDITED" }));
  });

  test("a list of ours that somebody has added a cluster to", () => {
    const folder = new MemoryFolder({ listeners, bootstrap: "static_resources:\n  secrets: []\n" });
    folder.deploy({ remoteUrl });
    folder.edit("bootstrap", (text) => text.replace("  secrets", "    - name: mine\n  secrets"));
    expect(() => folder.undeploy()).toThrow(expect.objectContaining({ code: "SLOT_EDITED" }));
  });
});
