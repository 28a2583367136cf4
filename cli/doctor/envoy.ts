import { HubError } from "#core";
import type { Context } from "../context.ts";
import { openEnvoy } from "../envoys.ts";
import { type Finding, fromError, ok } from "./check.ts";

/** An Envoy is there for deploys to be tried with. */
export async function checkEnvoy(context: Context): Promise<Finding> {
  try {
    const { path, version } = await openEnvoy(context, undefined, "never");
    return ok(`${version}, ${path}`);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof HubError) || error.code !== "ENVOY_NOT_FOUND") return fromError(error);
    const apply = async (): Promise<string> => {
      const { version, path } = await openEnvoy(context, undefined);
      return `fetched ${version} to ${path}`;
    };
    return {
      status: "warning",
      detail: "none on PATH, and none was fetched before: a deploy is not tried before it is rolled out",
      mend: { plan: "fetch one with pip", apply },
    };
  }
}
