import type { ErrorTable } from "#core";
import { deployErrors } from "#deploy/envoy";
import { envoyErrors } from "#envoy";
import { moduleErrors } from "#module";
import { ociErrors, registryErrors } from "#oci";
import { clientErrors } from "#oci/client";
import { storeErrors } from "#oci/layout";
import { projectErrors } from "#project";
import { hubServerErrors } from "#registry";
import { cliErrors } from "../../cli/errors.ts";

const tables: readonly (readonly [title: string, table: ErrorTable])[] = [
  ["The command line", cliErrors],
  ["Projects", projectErrors],
  ["Modules", moduleErrors],
  ["References, manifests and content", ociErrors],
  ["The local store", storeErrors],
  ["Between us and a registry", clientErrors],
  ['What a registry refuses (distribution-spec v1.1, "Error Codes")', messages(registryErrors)],
  ["Envoy", envoyErrors],
  ["Deploys", deployErrors],
  ["The hub's server", hubServerErrors],
];

/** The reference page of all error codes. @throws when two rooms have the same code */
export async function errorsPage(): Promise<string> {
  const seen = new Set<string>();
  const sections = tables.map(([title, table]) => {
    const rows = Object.entries(table).map(([code, text]) => {
      if (seen.has(code)) throw new Error(`the error code ${code} stands in two tables`);
      seen.add(code);
      return `| \`${code}\` | ${text.replaceAll("|", "\\|")} |\n`;
    });
    return `## ${title}\n\n| code | when |\n|---|---|\n${rows.join("")}`;
  });
  const introduction =
    "# Error codes\n\nMade from the code by `npm run reference`. A code stays what it is: scripts may compare it (`--json` prints it as `error.code`).\n";
  return [introduction, ...sections].join("\n");
}

function messages(table: Readonly<Record<string, { readonly message: string }>>): ErrorTable {
  return Object.fromEntries(Object.entries(table).map(([code, { message }]) => [code, message]));
}
