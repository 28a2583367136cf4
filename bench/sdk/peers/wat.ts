import { readFile } from "node:fs/promises";
import binaryen from "assemblyscript/binaryen";
import type { Peer } from "../peer.ts";
import { source } from "./sources.ts";

/** By hand: what the host itself costs. */
export const wat: Peer = {
  name: "WAT",
  how: "by hand, binaryen.parseText, no optimisation",
  build: async (filter) => {
    if (filter !== "add-header") throw new Error("nobody writes this one by hand");
    const module = binaryen.parseText(await readFile(source("wat", `${filter}.wat`), "utf8"));
    try {
      return { kind: "module", bytes: module.emitBinary() };
    } finally {
      module.dispose();
    }
  },
};
