import { loadProject } from "#project";
import { buildModule } from "#project/build";
import type { Peer } from "../peer.ts";
import { source } from "./sources.ts";

/** Our SDK, as `wasm build` builds it. */
export const ours: Peer = {
  name: "ours",
  how: "our AssemblyScript SDK, by `wasm build`",
  build: async (filter) => {
    const project = await loadProject(source("assemblyscript"));
    const { module } = await buildModule(
      { ...project, manifest: { ...project.manifest, source: `${filter}.ts` } },
      { cache: false },
    );
    return { kind: "module", bytes: module };
  },
};
