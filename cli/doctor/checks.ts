import { type Check, ok } from "./check.ts";
import { checkCredentials } from "./credentials.ts";
import { checkEnvoy } from "./envoy.ts";
import { checkFolders } from "./folders.ts";
import { checkHub } from "./hub.ts";
import { checkLeftovers } from "./leftovers.ts";
import { checkProject } from "./project.ts";
import { checkStore } from "./store.ts";

/** In the order in which they are told. */
export const checks: readonly Check[] = [
  { name: "Node.js", run: async () => ok(process.versions.node) },
  { name: "folders", run: checkFolders },
  { name: "local store", run: checkStore },
  { name: "leftovers", run: checkLeftovers },
  { name: "credentials", run: checkCredentials },
  { name: "default hub", run: checkHub },
  { name: "Envoy", run: checkEnvoy },
  { name: "project", run: checkProject },
];
