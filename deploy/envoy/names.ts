import { dirname, join } from "node:path";
import { DeployError } from "./errors.ts";

const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;

/**
 * A deployment's name is a folder, a part of Envoy's statistics and an HTTP filter's name.
 *
 * @throws {DeployError} DEPLOYMENT_NAME_INVALID
 */
export function checkDeploymentName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new DeployError("DEPLOYMENT_NAME_INVALID", `${JSON.stringify(name)} is no name for a deployment`, {
    hint: "use up to 63 lower-case letters and digits, with dots, dashes and underscores between them",
    detail: { name },
  });
}

const prefix = "wasm-hub.";

/** The HTTP filter's name, which is also the ECDS resource's and the VM's. */
export function slotName(deployment: string): string {
  return `${prefix}${deployment}`;
}

/** The cluster through which Envoy fetches a deployment's module, where nobody has one. */
export function registryClusterName(deployment: string): string {
  return `${slotName(deployment)}.registry`;
}

/** Whether a filter or a cluster of this name belongs to some deployment. */
export function isDeploymentsOwn(name: string): boolean {
  return name.startsWith(prefix);
}

/** Where all deployments of the bootstraps in one folder lie. */
export function recordsFolder(bootstrapPath: string): string {
  return join(dirname(bootstrapPath), "wasm-hub");
}

export function deploymentFolder(bootstrapPath: string, deployment: string): string {
  return join(recordsFolder(bootstrapPath), deployment);
}

export function recordPath(bootstrapPath: string, deployment: string): string {
  return join(deploymentFolder(bootstrapPath, deployment), "deployment.json");
}
