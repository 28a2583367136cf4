/**
 * The room table of the design as rules. A room is entered through its doors (`package.json` "imports"), which are the
 * `mod.ts` files; `test`, `bench` and `tools` may enter any door.
 */
const rooms = {
  core: [],
  oci: ["core"],
  module: ["core"],
  host: ["core", "module"],
  envoy: ["core", "module"],
  project: ["core", "oci", "module", "host", "envoy"],
  deploy: ["core", "oci", "module", "envoy"],
  mesh: ["core", "oci", "deploy"],
  registry: ["core", "oci", "module", "host", "hub"],
  hub: ["core", "oci", "module", "host"],
  cli: ["core", "oci", "module", "host", "envoy", "project", "deploy", "mesh", "registry", "hub"],
};

/** Top-level folders that are looked into. */
export const folders = [...Object.keys(rooms), "test", "bench", "tools"];
const either = (names) => `^(?:${names.join("|")})/`;

const directions = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-only-its-own`,
  comment: `${room}/ may import ${allowed.join(", ") || "no other room"}`,
  severity: "error",
  from: { path: `^${room}/`, pathNot: "\\.test\\.ts$" },
  to: { path: either(folders), pathNot: either([room, ...allowed]) },
}));

const doors = Object.keys(rooms).map((room) => ({
  name: `${room}-is-entered-by-a-door`,
  comment: `other rooms import ${room}/ through a mod.ts that package.json names`,
  severity: "error",
  // Generators may look into a room.
  from: { path: either(folders), pathNot: `^(?:${room}|tools)/` },
  to: { path: `^${room}/`, pathNot: ["/mod\\.ts$", "/testing\\.ts$"] },
}));

export const config = {
  forbidden: [
    ...directions,
    ...doors,
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "only-the-edges-read-the-process",
      severity: "error",
      from: {
        path: "^(?:core|oci|module|host|envoy|project|deploy|mesh|registry|hub)/",
        pathNot: "(?:\\.test|testing)\\.ts$",
      },
      to: { path: "^(?:node:)?process$" },
    },
    {
      name: "assemblyscript-only-in-the-build",
      severity: "error",
      from: { pathNot: "^(?:project/build|test|bench|tools)/" },
      to: { path: "node_modules/(?:assemblyscript|binaryen)/" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(?:dist|sdk|templates|filters)/|/testdata/|^(?:test|bench)/.*/filters/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
