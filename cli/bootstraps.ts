import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Snapshot } from "#deploy/envoy";
import { EnvoyAdmin } from "#envoy";
import type { StringFlag } from "./command.ts";
import type { Context } from "./context.ts";
import { usageError } from "./errors.ts";

export const bootstrapFlag: StringFlag = {
  type: "string",
  short: "b",
  value: "FILE",
  complete: "file",
  description: "the bootstrap that Envoy was started with",
};

export const adminFlag: StringFlag = {
  type: "string",
  value: "URL",
  description: "Envoy's admin interface; by default the one that the bootstrap names",
};

/** Absolute path of the bootstrap; asks for it where somebody can answer. */
export async function bootstrapPath(context: Context, flag: string | undefined): Promise<string> {
  if (flag !== undefined) return resolve(context.cwd, flag);
  const prompts = await context.prompts();
  if (!prompts) {
    throw usageError("--bootstrap is missing", { hint: "add -b FILE: the bootstrap that Envoy was started with" });
  }
  const answer = await prompts.text({
    message: "Which bootstrap was Envoy started with?",
    initial: "envoy.yaml",
    validate: (path) => (existsSync(resolve(context.cwd, path)) ? undefined : `there is no ${path}`),
  });
  return resolve(context.cwd, answer);
}

/**
 * The running Envoy. One that somebody names must answer; the one that the bootstrap names may not run yet.
 *
 * @throws {EnvoyError} ENVOY_ADMIN_UNREACHABLE
 */
export async function openAdmin(
  context: Context,
  flag: string | undefined,
  snapshot: Pick<Snapshot, "adminUrl">,
): Promise<EnvoyAdmin | undefined> {
  if (flag !== undefined) {
    const admin = new EnvoyAdmin(flag);
    await admin.serverInfo(context.signal);
    return admin;
  }
  if (!snapshot.adminUrl) return undefined;
  const admin = new EnvoyAdmin(snapshot.adminUrl.origin);
  return (await admin.isReady(context.signal)) ? admin : undefined;
}
