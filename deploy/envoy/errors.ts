import { type ErrorTable, HubError } from "#core";

export const deployErrors = {
  BOOTSTRAP_UNREADABLE: "the bootstrap, or a file that it names, cannot be read or is not YAML",
  BOOTSTRAP_UNSUPPORTED:
    "a configuration is written in a way in which the filter cannot be put in without touching other lines",
  LISTENER_UNKNOWN: "no listener with an HTTP connection manager has the name that was given",
  HTTP_CONNECTION_MANAGER_MISSING: "a bootstrap has no HTTP connection manager, so no place for an HTTP filter",
  ROUTER_MISSING: "an HTTP connection manager has no router filter, before which the filter would go",
  SLOT_TAKEN: "the place of this deployment is in the configuration already, and no record says that it is ours",
  SLOT_EDITED: "lines that a deploy put in were changed since, so they cannot be taken out safely",
  DEPLOYMENT_NAME_INVALID: "a deployment's name has characters that a file's name had better not have",
  DEPLOYMENT_UNKNOWN: "no deployment has the name that was given",
  DEPLOYMENT_ELSEWHERE: "a deployment of that name belongs to another bootstrap in the same folder",
  DEPLOYMENT_DAMAGED: "the record of a deployment cannot be read",
  FILE_CHANGED: "a file was changed by somebody else while it was being deployed",
  ROOT_ID_UNKNOWN: "the module does not register the root id that was given",
  REMOTE_UNSUPPORTED: "Envoy cannot fetch this image's module itself",
  MODULE_FETCH_FAILED: "Envoy tried to fetch the module from the registry and could not; what was there before runs on",
  ENVOY_REJECTED: "Envoy refused the filter or its configuration; what was there before runs on",
  ENVOY_UNCHANGED: "Envoy did not take the change up in time; what was there before has been put back",
  ROLLBACK_FAILED: "a deploy failed, and a file could not be put back as it was",
} as const satisfies ErrorTable;

/** What can go wrong while a filter is deployed to an Envoy, or taken away. */
export class DeployError extends HubError<keyof typeof deployErrors> {}
