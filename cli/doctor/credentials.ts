import { access, chmod, constants, readFile, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { errorCode } from "#core";
import type { Context } from "../context.ts";
import { dockerConfigPath, dockerCredentials } from "../registries.ts";
import { failed, type Finding, fromError, ok } from "./check.ts";

/** Docker's config.json can be read, holds no password that others can read, and its credential helpers are there. */
export async function checkCredentials(context: Context): Promise<Finding> {
  const path = dockerConfigPath(context);
  try {
    const hosts = await dockerCredentials(context).hosts();
    const config = await readConfig(path);
    if (config === undefined) return ok(`none: ${path} is made by wasm login`);
    for (const helper of helpersOf(config)) {
      if (!(await isOnPath(helper, context.vars["PATH"] ?? ""))) {
        return failed(`${helper}, which ${path} names, is not on PATH`, "install it, or remove it from the file");
      }
    }
    const exposed = await findExposed(path, config);
    if (exposed) return exposed;
    return ok(hosts.length === 0 ? `none in ${path}` : `${hosts.join(", ")} in ${path}`);
  } catch (error) {
    return fromError(error);
  }
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

/** Its form has been checked before. */
async function readConfig(path: string): Promise<DockerConfig | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as DockerConfig;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function helpersOf({ credsStore, credHelpers = {} }: DockerConfig): readonly string[] {
  const names = [...(credsStore ? [credsStore] : []), ...Object.values(credHelpers)];
  return [...new Set(names)].map((name) => `docker-credential-${name}`);
}

async function isOnPath(program: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter)) {
    const isThere = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && isThere) return true;
  }
  return false;
}

async function findExposed(path: string, { auths = {} }: DockerConfig): Promise<Finding | undefined> {
  const { mode } = await stat(path);
  const hasSecret = Object.values(auths).some(({ auth, identitytoken }) => auth || identitytoken);
  if (!hasSecret || (mode & 0o077) === 0) return undefined;
  const apply = async (): Promise<string> => {
    await chmod(path, 0o600);
    return "only you can read it now";
  };
  return {
    status: "warning",
    detail: `${path} holds passwords, and others on this machine can read it`,
    mend: { plan: `let only you read ${path}`, apply },
  };
}
