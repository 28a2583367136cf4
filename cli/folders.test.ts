import { expect, test } from "vitest";
import { findFolders } from "./folders.ts";

test.each([
  { what: "no variables", vars: {}, data: "/home/me/.local/share/wasm-hub", cache: "/home/me/.cache/wasm-hub" },
  { what: "both", vars: { XDG_DATA_HOME: "/d", XDG_CACHE_HOME: "/c" }, data: "/d/wasm-hub", cache: "/c/wasm-hub" },
  {
    what: "empty ones, which are as good as none",
    vars: { XDG_DATA_HOME: "", XDG_CACHE_HOME: "" },
    data: "/home/me/.local/share/wasm-hub",
    cache: "/home/me/.cache/wasm-hub",
  },
  {
    what: "relative ones, which the specification calls invalid",
    vars: { XDG_DATA_HOME: "d", XDG_CACHE_HOME: "./c" },
    data: "/home/me/.local/share/wasm-hub",
    cache: "/home/me/.cache/wasm-hub",
  },
])("with $what", ({ vars, data, cache }) => {
  expect(findFolders(vars, "/home/me")).toEqual({ data, cache, store: `${data}/store` });
});
