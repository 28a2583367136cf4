// What a filter imports. The host's side (proxy_on_…) is abi.ts, which asconfig.json adds to every build.
export { Action } from "./assembly/action";
export { Body } from "./assembly/body";
export { Context } from "./assembly/context";
export { Header } from "./assembly/header";
export { HeaderMap } from "./assembly/header-map";
export { HttpContext } from "./assembly/http-context";
export { JsonKind, JsonValue, parseJson } from "./assembly/json";
export { LogLevel, log } from "./assembly/log";
export {
  getBooleanProperty,
  getIntegerProperty,
  getProperty,
  getPropertyBytes,
  setProperty,
  setPropertyBytes,
} from "./assembly/property";
export { registerFilter, registerHttpFilter } from "./assembly/registry";
export { RootContext } from "./assembly/root-context";
export { Status } from "./assembly/status";
export { currentTimeNanoseconds } from "./assembly/time";
