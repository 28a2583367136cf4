import { access, constants, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage, HubError, pathExists } from "#core";
import { OciLayout, StoreError } from "#oci/layout";
import { loadProject, manifestFile, workFolder, writeEditorConfig } from "#project";
import type { Context } from "../context.ts";
import { openEnvoy } from "../envoys.ts";
import { dockerCredentials, openRegistry } from "../registries.ts";
import { count, formatSize } from "../terminal/format.ts";
import { type Check, type Finding, ok } from "./check.ts";

/** In the order in which they are told. */
export const checks: readonly Check[] = [
  { name: "Node.js", run: async () => ok(process.versions.node) },
  { name: "folders", run: checkFolders },
  { name: "local store", run: checkStore },
  { name: "credentials", run: checkCredentials },
  { name: "default hub", run: checkHub },
  { name: "Envoy", run: checkEnvoy },
  { name: "project", run: checkProject },
];

async function checkFolders({ folders }: Context): Promise<Finding> {
  for (const folder of [folders.cache, folders.data]) {
    try {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
    } catch (error) {
      return failed(
        `${folder} cannot be written: ${errorMessage(error)}`,
        "set XDG_CACHE_HOME and XDG_DATA_HOME to folders of yours",
      );
    }
  }
  return ok(`${folders.cache}, ${folders.data}`);
}

async function checkStore({ folders, signal }: Context): Promise<Finding> {
  try {
    const layout = await OciLayout.existing(folders.store);
    if (!layout) return ok("empty");
    const images = await layout.list();
    const garbage = await layout.findGarbage({ signal });
    if (garbage.removed === 0) return ok(count(images.length, "image"));
    return {
      status: "warning",
      detail: `${count(images.length, "image")}; no name leads to ${count(garbage.removed, "item")} (${formatSize(garbage.freedBytes)})`,
      hint: "wasm doctor --fix removes them",
      fix: async () => {
        const { removed, freedBytes } = await layout.collect({ signal });
        return `removed ${count(removed, "item")} (${formatSize(freedBytes)})`;
      },
    };
  } catch (error) {
    const isDamaged = error instanceof StoreError && error.code === "STORE_DAMAGED";
    if (!isDamaged) return fromError(error);
    const fix = async (): Promise<string> => {
      const aside = await (await OciLayout.open(folders.store)).repair();
      return `began an empty index; the old one is ${aside}`;
    };
    return { ...fromError(error), fix };
  }
}

async function checkCredentials(context: Context): Promise<Finding> {
  const credentials = dockerCredentials(context);
  try {
    const hosts = await credentials.hosts();
    // A helper that is missing or broken shows when it is asked.
    await credentials.get(hosts[0] ?? "localhost");
    return ok(hosts.length === 0 ? "none" : hosts.join(", "));
  } catch (error) {
    return fromError(error);
  }
}

async function checkHub(context: Context): Promise<Finding> {
  const host = context.vars["WASM_HUB"];
  if (!host) return ok("WASM_HUB is not set: references name their registry");
  try {
    await openRegistry(context, host).ping(context.signal);
    return ok(`${host} answers`);
  } catch (error) {
    return fromError(error);
  }
}

async function checkEnvoy(context: Context): Promise<Finding> {
  try {
    const { path, version } = await openEnvoy(context, undefined, "never");
    return ok(`${version}, ${path}`);
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== "ENVOY_NOT_FOUND") return fromError(error);
    const fix = async (): Promise<string> => {
      const { version, path } = await openEnvoy(context, undefined);
      return `fetched ${version} to ${path}`;
    };
    return {
      status: "warning",
      detail: "not on this machine",
      hint: "it is fetched when a command needs it; wasm doctor --fix fetches it now",
      fix,
    };
  }
}

/** Only where there is one. */
async function checkProject({ cwd }: Context): Promise<Finding> {
  if (!(await pathExists(join(cwd, manifestFile)))) return ok("none in this folder");
  try {
    const { manifest, folder } = await loadProject(cwd);
    if (await pathExists(join(folder, workFolder, "tsconfig.json"))) return ok(`${manifest.name} ${manifest.version}`);
    const fix = async (): Promise<string> => {
      await writeEditorConfig(folder);
      return `wrote ${workFolder}/tsconfig.json`;
    };
    return {
      status: "warning",
      detail: `${manifest.name}: an editor will not find the SDK`,
      hint: "wasm build and wasm doctor --fix write its configuration",
      fix,
    };
  } catch (error) {
    return fromError(error);
  }
}

function fromError(error: unknown): Finding {
  return failed(errorMessage(error), error instanceof HubError ? error.hint : undefined);
}

function failed(detail: string, hint?: string): Finding {
  return { status: "failed", detail, ...(hint === undefined ? {} : { hint }) };
}
