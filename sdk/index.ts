// What a filter imports. The host's side (proxy_on_…) is abi.ts, which asconfig.json adds to every build.
export { Action } from "./assembly/action";
export { Body } from "./assembly/body";
export { compress, uncompress } from "./assembly/compression";
export { Context } from "./assembly/context";
export { environmentVariable } from "./assembly/environment";
export { LifeSpan, PropertyType, declareProperty, setFilterState } from "./assembly/filter-state";
export { callForeignFunction, runForeignFunction } from "./assembly/foreign-function";
export { GrpcCall, GrpcReply } from "./assembly/grpc-call";
export { GrpcStatus } from "./assembly/grpc-status";
export { GrpcStream } from "./assembly/grpc-stream";
export { Header } from "./assembly/header";
export { HeaderMap } from "./assembly/header-map";
export { HttpCall } from "./assembly/http-call";
export { HttpCallResponse } from "./assembly/http-call-response";
export { HttpContext } from "./assembly/http-context";
export { JsonKind, JsonValue, parseJson } from "./assembly/json";
export { LogLevel, log } from "./assembly/log";
export { Counter, Gauge, Histogram } from "./assembly/metric";
export { PeerType } from "./assembly/peer-type";
export { properties } from "./assembly/properties";
export {
  getBooleanProperty,
  getIntegerProperty,
  getProperty,
  getPropertyBytes,
  setProperty,
  setPropertyBytes,
} from "./assembly/property";
export { randomBytes } from "./assembly/random";
export { registerFilter, registerHttpFilter, registerTcpFilter } from "./assembly/registry";
export { RootContext } from "./assembly/root-context";
export { verifySignature } from "./assembly/signature";
export { SharedValue, sharedData } from "./assembly/shared-data";
export { SharedQueue } from "./assembly/shared-queue";
export { Status } from "./assembly/status";
export { TcpContext } from "./assembly/tcp-context";
export { currentTimeNanoseconds, monotonicTimeNanoseconds } from "./assembly/time";
