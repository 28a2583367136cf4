import { type ErrorTable, HubError, type HubErrorOptions } from "#core";

export const cliErrors = {
  USAGE: "a flag or an argument is missing, unknown, or contradicts another",
  INTERRUPTED: "Ctrl-C or a signal ended the command before it was done",
  OUTPUT_FAILED: "the result could not be written to stdout",
  PROXY_INVALID: "HTTP_PROXY or HTTPS_PROXY is not the URL of a proxy",
  INTERNAL: "a fault in this program",
} as const satisfies ErrorTable;

export class CliError extends HubError<keyof typeof cliErrors> {}

/** What was typed cannot be carried out; nothing has been done. */
export function usageError(message: string, options: HubErrorOptions = {}): CliError {
  return new CliError("USAGE", message, options);
}
