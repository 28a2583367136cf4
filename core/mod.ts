export { errorCode, errorMessage, HubError, type ErrorTable, type HubErrorOptions } from "./hub-error.ts";
export { silentLogger, type Logger, type LogFields } from "./logger.ts";
export { silentProgress, type Progress, type ProgressTask } from "./progress.ts";
export { retry, type RetryOptions } from "./retry.ts";
export { pathExists, syncFolder, writeFileAtomic, type WriteFileAtomicOptions } from "./files.ts";
export { packageRoot, workerPath } from "./package-root.ts";
