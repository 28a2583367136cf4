import { readFile } from "node:fs/promises";
import type { Peer } from "../peer.ts";
import { source } from "./sources.ts";

/** Envoy's own Lua filter. */
export const lua: Peer = {
  name: "Lua",
  how: "Envoy's Lua filter (LuaJIT), no module",
  build: async (filter) => ({ kind: "lua", source: await readFile(source("lua", `${filter}.lua`), "utf8") }),
};
