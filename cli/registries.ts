import { join } from "node:path";
import { DockerCredentials, Registry } from "#oci/client";
import type { Context } from "./context.ts";

export interface RegistryFlags {
  readonly "plain-http"?: boolean;
}

/** A client for the registry, with the credentials that Docker has too. */
export function openRegistry(context: Context, host: string, flags: RegistryFlags = {}): Registry {
  return new Registry(host, {
    credentials: dockerCredentials(context),
    plainHttp: flags["plain-http"] ? "always" : "loopback",
    logger: context.logger,
  });
}

export function dockerCredentials(context: Pick<Context, "vars" | "home">): DockerCredentials {
  return new DockerCredentials({ path: dockerConfigPath(context), vars: context.vars });
}

/** `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export function dockerConfigPath({ vars, home }: Pick<Context, "vars" | "home">): string {
  return join(vars["DOCKER_CONFIG"] || join(home, ".docker"), "config.json");
}
