export { HubServerError, hubServerErrors } from "./errors.ts";
export { type HubOptions, type RunningHub, startHub } from "./hub.ts";
