import {
  applyUndeploy,
  DeployError,
  formatDiff,
  planUndeploy,
  readRecords,
  readSnapshot,
  type UndeployOutcome,
} from "#deploy/envoy";
import { adminFlag, bootstrapFlag, bootstrapPath, openAdmin } from "../bootstraps.ts";
import { defineCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { usageError } from "../errors.ts";
import { dryRun, json } from "../flags.ts";

export const undeployEnvoy = defineCommand({
  summary: "Take a filter away from an Envoy",
  description: [
    "Takes out what the deploy put in. A file that nobody else has changed is afterwards what it was, byte for byte.",
  ],
  arguments: {
    name: { value: "NAME", description: "name of the deployment; may be left out when there is one", optional: true },
  },
  flags: { bootstrap: bootstrapFlag, admin: adminFlag, "dry-run": dryRun, json },
  examples: [{ text: "take my-filter away", command: "wasm undeploy envoy my-filter -b envoy.yaml" }],
  json: {
    deployment: "my-filter",
    outcome: "gone",
    changes: [{ path: "/etc/envoy/listeners.yaml", change: "restored" }],
  },

  async run(context, { flags, arguments: { name: given } }) {
    const path = await bootstrapPath(context, flags.bootstrap);
    const name = given ?? (await chooseDeployment(context, path));
    const snapshot = await readSnapshot(path, name);
    const plan = planUndeploy(snapshot, name);
    const changes = plan.changes.map((change) => ({
      path: change.path,
      change: change.after ? "restored" : "removed",
    }));
    if (flags["dry-run"]) {
      const diff = formatDiff(plan.changes);
      if (context.isJson) return context.outJson({ deployment: name, outcome: "planned", changes, diff });
      context.out(diff);
      return context.note("dry run: nothing was changed");
    }
    const admin = await openAdmin(context, flags.admin, snapshot);
    const outcome = await applyUndeploy(plan, { admin, signal: context.signal });
    report(context, name, outcome, changes);
  },
});

/** The only one; else the one that is chosen, where somebody can choose. */
async function chooseDeployment(context: Context, path: string): Promise<string> {
  const records = await readRecords(path);
  const [only] = records;
  if (records.length === 1 && only) return only.name;
  if (records.length === 0) {
    throw new DeployError("DEPLOYMENT_UNKNOWN", `nothing is deployed to ${path}`, {
      hint: "wasm status shows what is deployed to a bootstrap",
    });
  }
  const prompts = await context.prompts();
  if (!prompts) {
    throw usageError("NAME is missing", { hint: `there are ${records.map(({ name }) => name).join(", ")}` });
  }
  return prompts.select(
    "Which filter?",
    records.map(({ name, reference }) => ({ value: name, label: name, hint: reference })),
  );
}

function report(
  context: Context,
  name: string,
  outcome: UndeployOutcome,
  changes: readonly { path: string; change: string }[],
): void {
  if (context.isJson) return context.outJson({ deployment: name, outcome, changes });
  context.out(`${name}: ${sentences[outcome]}\n`);
  for (const { path, change } of changes) if (change === "restored") context.note(`${path} is restored`);
}

const sentences: Readonly<Record<UndeployOutcome, string>> = {
  gone: "Envoy runs without it",
  "restart-needed": "it does nothing any more; its place goes when Envoy is restarted",
  written: "taken out; no running Envoy was asked, since none answers at the bootstrap's admin address",
};
