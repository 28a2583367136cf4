import { describe, expect, test } from "vitest";
import { checkEnvoyYaml, type CheckOptions, type EnvoyMessage } from "./check.ts";
import { SchemaError, type SchemaFault } from "./errors.ts";
import { readEnvoyYaml } from "./yaml.ts";

function faultsOf(
  text: string,
  kind: EnvoyMessage = "bootstrap",
  options: CheckOptions = {},
): readonly Pick<SchemaFault, "path" | "line" | "column" | "message">[] {
  try {
    checkEnvoyYaml(readEnvoyYaml(text, "envoy.yaml"), kind, options);
    return [];
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return error.detail["faults"] as SchemaFault[];
  }
}

/** The fault of a cluster with these fields; lines and columns are left out. */
function clusterFault(fields: string): { path: string; message: string } | undefined {
  const [fault, ...others] = faultsOf(`name: c\n${fields}\n`, "cluster");
  expect(others).toEqual([]);
  return fault && { path: fault.path, message: fault.message };
}

describe("an unknown field", () => {
  test("is named with its place, its message, and the field that was probably meant", () => {
    const text = "static_resources:\n  clusters:\n    - name: a\n      connect_timeot: 1s\n";
    expect(faultsOf(text)).toEqual([
      {
        path: "static_resources.clusters[0].connect_timeot",
        line: 4,
        column: 7,
        message: "envoy.config.cluster.v3.Cluster has no such field (did you mean connect_timeout?)",
      },
    ]);
  });

  test.each([
    { name: "kebab-case", field: "alt-stat-name", meant: "alt_stat_name" },
    { name: "a letter too many", field: "lb_policyy", meant: "lb_policy" },
    { name: "nothing near", field: "colour", meant: undefined },
    { name: "a merge key", field: "<<", meant: undefined },
    { name: "a name of JavaScript's", field: "__proto__", meant: undefined },
  ])("$name", ({ field, meant }) => {
    const suggestion = meant === undefined ? "" : ` (did you mean ${meant}?)`;
    expect(clusterFault(`${field}: x`)).toEqual({
      path: field,
      message: `envoy.config.cluster.v3.Cluster has no such field${suggestion}`,
    });
  });
});

describe("a value of another type", () => {
  test.each([
    { fields: "alt_stat_name: 5", path: "alt_stat_name", message: "must be a string, not 5" },
    { fields: "alt_stat_name: [a]", path: "alt_stat_name", message: "must be a single value" },
    { fields: "respect_dns_ttl: 1", path: "respect_dns_ttl", message: "must be true or false, not 1" },
    { fields: "respect_dns_ttl: maybe", path: "respect_dns_ttl", message: 'must be true or false, not "maybe"' },
    {
      fields: "per_connection_buffer_limit_bytes: 1_000",
      path: "per_connection_buffer_limit_bytes",
      message: 'must be a whole number, not "1_000"',
    },
    {
      fields: "per_connection_buffer_limit_bytes: 5.5",
      path: "per_connection_buffer_limit_bytes",
      message: 'must be a whole number, not "5.5"',
    },
    {
      fields: "per_connection_buffer_limit_bytes: 4294967296",
      path: "per_connection_buffer_limit_bytes",
      message: 'must be from 0 to 4294967295, not "4294967296"',
    },
    {
      fields: "per_connection_buffer_limit_bytes: -1",
      path: "per_connection_buffer_limit_bytes",
      message: "must be from 0 to 4294967295, not -1",
    },
    {
      fields: "connect_timeout: 1",
      path: "connect_timeout",
      message: "must be a duration in seconds, such as 1.5s",
    },
    {
      fields: "connect_timeout: 100ms",
      path: "connect_timeout",
      message: 'must be a duration in seconds, such as 1.5s, not "100ms"',
    },
    {
      fields: "connect_timeout: 400000000000s",
      path: "connect_timeout",
      message: 'must be a duration in seconds, such as 1.5s, not "400000000000s"',
    },
    {
      fields: "lb_policy: RANDOMLY",
      path: "lb_policy",
      message:
        'must be ROUND_ROBIN, LEAST_REQUEST, RING_HASH, RANDOM, MAGLEV, CLUSTER_PROVIDED, LOAD_BALANCING_POLICY_CONFIG, not "RANDOMLY" (did you mean RANDOM?)',
    },
    {
      fields: "load_assignment: foo",
      path: "load_assignment",
      message: "must be a mapping (envoy.config.endpoint.v3.ClusterLoadAssignment)",
    },
    {
      fields: "health_checks: [foo]",
      path: "health_checks[0]",
      message: "must be a mapping (envoy.config.core.v3.HealthCheck)",
    },
    {
      fields: "lb_subset_config: { subset_selectors: [{ keys: [a, 5] }] }",
      path: "lb_subset_config.subset_selectors[0].keys[1]",
      message: "must be a string, not 5",
    },
    {
      fields: "metadata: { filter_metadata: [] }",
      path: "metadata.filter_metadata",
      message: "must be a mapping",
    },
    {
      fields: "metadata: { filter_metadata: { a.b: 5 } }",
      path: 'metadata.filter_metadata["a.b"]',
      message: "must be a mapping",
    },
  ])("$fields", ({ fields, path, message }) => {
    expect(clusterFault(fields)).toEqual({ path, message });
  });

  test.each(["n", "Y", "yes", "OFF"])("%s is a boolean of YAML 1.1, and the fault says so", (word) => {
    expect(clusterFault(`alt_stat_name: ${word}`)?.message).toContain(
      "(Envoy reads YAML 1.1, where this word is a boolean: quote it)",
    );
    expect(clusterFault(`alt_stat_name: "${word}"`)).toBeUndefined();
  });
});

describe("two fields of which only one may be set", () => {
  test("are a fault at the second", () => {
    expect(clusterFault("type: STATIC\ncluster_type: { name: x }")).toEqual({
      path: "cluster_type",
      message: "only one of type and cluster_type may be set",
    });
  });

  test("are none when one of them is null", () => {
    expect(clusterFault("type: STATIC\ncluster_type: ~")).toBeUndefined();
  });
});

describe("an Any", () => {
  const typed = (config: string): string => `transport_socket: { name: a, typed_config: ${config} }`;
  const rawBuffer = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";

  test.each([
    {
      name: "without @type",
      config: "{ a: 1 }",
      path: "transport_socket.typed_config",
      message: 'must be a mapping with an "@type"',
    },
    {
      name: "that is a string",
      config: "a",
      path: "transport_socket.typed_config",
      message: 'must be a mapping with an "@type"',
    },
    {
      name: "whose type has no host",
      config: `{ "@type": ${rawBuffer} }`,
      path: 'transport_socket.typed_config["@type"]',
      message: `must be such as type.googleapis.com/${rawBuffer}`,
    },
    {
      name: "of a type that there is not",
      config: '{ "@type": type.googleapis.com/acme.v1.Socket }',
      path: 'transport_socket.typed_config["@type"]',
      message: "acme.v1.Socket is no message of Envoy 1.40",
    },
    {
      name: "of a type that has moved",
      config: '{ "@type": type.googleapis.com/envoy.config.transport_socket.raw_buffer.v2.RawBuffer }',
      path: 'transport_socket.typed_config["@type"]',
      message: `envoy.config.transport_socket.raw_buffer.v2.RawBuffer is no message of Envoy 1.40 (did you mean ${rawBuffer}?)`,
    },
    {
      name: "with a field that its type lacks",
      config: `{ "@type": type.googleapis.com/${rawBuffer}, size: 1 }`,
      path: "transport_socket.typed_config.size",
      message: `${rawBuffer} has no such field`,
    },
    {
      name: "of a duration that is none",
      config: '{ "@type": type.googleapis.com/google.protobuf.Duration, value: 1 }',
      path: "transport_socket.typed_config.value",
      message: "must be a duration in seconds, such as 1.5s",
    },
  ])("$name is a fault", ({ config, path, message }) => {
    expect(clusterFault(typed(config))).toEqual({ path, message });
  });

  test("of a type that Envoy lacks passes when it is said that types may be unknown", () => {
    const text = `name: c\n${typed('{ "@type": type.googleapis.com/acme.v1.Socket, any: [1] }')}\n`;
    expect(faultsOf(text, "cluster", { unknownTypes: "allow" })).toEqual([]);
  });
});

describe("places", () => {
  test("are those of the anchored node, once, also when aliases use it again", () => {
    const text = `static_resources:
  clusters:
    - name: a
      metadata: &m
        filter_meta: {}
    - name: b
      metadata: *m
`;
    expect(faultsOf(text)).toMatchObject([
      { path: "static_resources.clusters[0].metadata.filter_meta", line: 5, column: 9 },
    ]);
  });

  test.each([
    { name: "Windows' line ends", text: "node:\r\n  id: a\r\n  idd: b\r\n" },
    { name: "a byte order mark", text: "\uFEFFnode:\n  id: a\n  idd: b\n" },
    { name: "JSON", text: '{"node":\n  {"id": "a",\n  "idd": "b"}}' },
    { name: "a comment and a directive before", text: "%YAML 1.2\n---\nnode: { id: a,\n  idd: b}\n", line: 4 },
  ])("are right in a file with $name", ({ text, line = 3 }) => {
    expect(faultsOf(text)).toMatchObject([{ path: "node.idd", line, column: 3 }]);
  });

  test("come in the order of the file: the first is in the message, all are in the detail", () => {
    const text = "nod: {}\nadmin:\n  address: 5\nnode: { id: 5 }\n";
    expect(() => checkEnvoyYaml(readEnvoyYaml(text, "envoy.yaml"), "bootstrap")).toThrow(
      "envoy.yaml:1:1: nod: envoy.config.bootstrap.v3.Bootstrap has no such field (did you mean node?) (and 2 more)",
    );
    expect(faultsOf(text).map(({ line }) => line)).toEqual([1, 3, 4]);
  });
});

describe("a file", () => {
  test.each(["", "~", "# nothing", "---\n...\n"])("of %j is a fault at its top", (text) => {
    expect(faultsOf(text)).toMatchObject([{ path: "(top)", line: 1, column: 1 }]);
  });

  test("of a discovery response has its resources checked by their types", () => {
    const text = `resources:
  - "@type": type.googleapis.com/envoy.config.listener.v3.Listener
    name: a
    adress: {}
  - "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
    name: b
`;
    expect(faultsOf(text, "discovery response")).toMatchObject([
      { path: "resources[0].adress", message: expect.stringContaining("did you mean address?") },
    ]);
  });
});
