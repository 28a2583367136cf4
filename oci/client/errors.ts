import { type ErrorTable, HubError } from "#core";

export const clientErrors = {
  REGISTRY_UNREACHABLE: "no connection to the registry, or it broke and trying again did not help",
  REGISTRY_FAILED: "the registry answered with an error of its own that trying again did not mend",
  REGISTRY_ANSWER_INVALID: "the registry's answer does not follow the distribution specification",
  CREDENTIALS_UNREADABLE: "Docker's config.json cannot be read or written",
  CREDENTIAL_HELPER_FAILED: "a Docker credential helper is missing or failed",
} as const satisfies ErrorTable;

/** What can go wrong between us and a registry, apart from what the registry itself refuses ({@link RegistryError}). */
export class ClientError extends HubError<keyof typeof clientErrors> {}
