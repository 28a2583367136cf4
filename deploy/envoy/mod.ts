export { applyDeploy, type ApplyOptions, type DeployOutcome } from "./apply.ts";
export { formatDiff } from "./diff.ts";
export { DeployError, deployErrors } from "./errors.ts";
export { type DeployPlan, type DeployRequest, type FileChange, planDeploy } from "./plan.ts";
export { preflight, type PreflightOptions } from "./preflight.ts";
export { type DeploymentRecord, readRecords } from "./record.ts";
export { readSnapshot, type Snapshot } from "./snapshot.ts";
export { type DeploymentStatus, deploymentStatus } from "./status.ts";
export { applyUndeploy, planUndeploy, type UndeployOutcome, type UndeployPlan } from "./undeploy.ts";
