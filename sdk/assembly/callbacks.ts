import "./abort"; // named in asconfig.json
import { Action } from "./action";
import { BufferType, readBuffer, readConfiguration } from "./buffer";
import { addContext, enterContext, findContext, leaveContext, removeContext, setNewContextId } from "./context-table";
import { HttpContext } from "./http-context";
import { log } from "./log";
import { findText } from "./property";
import { createRootContext } from "./registry";
import { allocateResult } from "./result";
import { RootContext } from "./root-context";
import { SharedQueue } from "./shared-queue";

// What the host calls. Each finds its context by id: a host may keep several configurations, and many streams of each,
// in one module. A callback for an id that is not there lets everything pass.

/** Headers or trailers that the latest callback was told of; what does not read it pays nothing for it. */
export let fieldCount: u32 = 0;

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return allocateResult(size);
}

export function proxy_on_context_create(id: u32, parentId: u32): void {
  const outer = enterContext(id);
  setNewContextId(id);
  if (parentId == 0) {
    const rootId = findText("plugin_root_id");
    const root = createRootContext(rootId === null ? "" : rootId);
    if (root !== null) addContext(root);
  } else {
    const root = findRoot(parentId);
    if (root !== null) {
      const stream = root.createStreamContext();
      if (stream !== null) {
        if (stream.id == id) addContext(stream);
        else log.critical("create a new context for each stream");
      }
    }
  }
  leaveContext(outer);
}

export function proxy_on_vm_start(id: u32, configurationSize: u32): bool {
  const root = findRoot(id);
  if (root === null) return true; // proxy_on_configure refuses it
  const outer = enterContext(id);
  const configuration = readConfiguration(BufferType.VmConfiguration, configurationSize);
  if (configuration !== null) root.vmConfigurationData = configuration;
  const accepted = configuration !== null && root.onVmStart();
  leaveContext(outer);
  return accepted;
}

export function proxy_on_configure(id: u32, configurationSize: u32): bool {
  const root = findRoot(id);
  if (root === null) return false;
  const outer = enterContext(id);
  const configuration = readConfiguration(BufferType.PluginConfiguration, configurationSize);
  if (configuration !== null) root.configurationData = configuration;
  const accepted = configuration !== null && root.onConfigure();
  leaveContext(outer);
  return accepted;
}

export function proxy_on_tick(id: u32): void {
  const root = findRoot(id);
  if (root === null) return;
  const outer = enterContext(id);
  root.onTick();
  leaveContext(outer);
}

export function proxy_on_queue_ready(id: u32, token: u32): void {
  const root = findRoot(id);
  if (root === null) return;
  const outer = enterContext(id);
  root.onQueueReady(new SharedQueue(token));
  leaveContext(outer);
}

export function proxy_on_foreign_function(id: u32, functionId: u32, size: u32): void {
  const root = findRoot(id);
  if (root === null) return;
  const outer = enterContext(id);
  const argument = readBuffer(BufferType.ForeignFunctionArguments, 0, size);
  if (argument !== null) root.onForeignFunction(functionId, argument);
  leaveContext(outer);
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: bool): Action {
  const stream = findStream(id);
  if (stream === null) return Action.Continue;
  fieldCount = count;
  const outer = enterContext(id);
  const isPaused = stream.onRequestHeaders(endOfStream) != Action.Continue;
  stream.isRequestPaused = isPaused;
  leaveContext(outer);
  return isPaused ? Action.Pause : Action.Continue;
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: bool): Action {
  const stream = findStream(id);
  if (stream === null) return Action.Continue;
  const outer = enterContext(id);
  stream.hasRequestBody = true;
  const action = stream.onRequestBody(size, endOfStream);
  stream.hasRequestBody = action <= Action.Pause;
  stream.isRequestPaused = action != Action.Continue;
  leaveContext(outer);
  return action;
}

export function proxy_on_request_trailers(id: u32, count: u32): Action {
  const stream = findStream(id);
  if (stream === null) return Action.Continue;
  fieldCount = count;
  const outer = enterContext(id);
  const isPaused = stream.onRequestTrailers() != Action.Continue;
  stream.isRequestPaused = isPaused;
  leaveContext(outer);
  return isPaused ? Action.Pause : Action.Continue;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: bool): Action {
  const stream = findStream(id);
  if (stream === null) return Action.Continue;
  fieldCount = count;
  const outer = enterContext(id);
  const isPaused = stream.onResponseHeaders(endOfStream) != Action.Continue;
  stream.isResponsePaused = isPaused;
  leaveContext(outer);
  return isPaused ? Action.Pause : Action.Continue;
}

export function proxy_on_response_body(id: u32, size: u32, endOfStream: bool): Action {
  const stream = findStream(id);
  if (stream === null) return Action.Continue;
  const outer = enterContext(id);
  stream.hasResponseBody = true;
  const action = stream.onResponseBody(size, endOfStream);
  stream.hasResponseBody = action <= Action.Pause;
  stream.isResponsePaused = action != Action.Continue;
  leaveContext(outer);
  return action;
}

export function proxy_on_response_trailers(id: u32, count: u32): Action {
  const stream = findStream(id);
  if (stream === null) return Action.Continue;
  fieldCount = count;
  const outer = enterContext(id);
  const isPaused = stream.onResponseTrailers() != Action.Continue;
  stream.isResponsePaused = isPaused;
  leaveContext(outer);
  return isPaused ? Action.Pause : Action.Continue;
}

export function proxy_on_done(id: u32): bool {
  const context = findContext(id);
  if (context === null) return true;
  const outer = enterContext(id);
  context.isEnding = true;
  const done = context.onDone();
  leaveContext(outer);
  return done;
}

export function proxy_on_log(id: u32): void {
  const context = findContext(id);
  if (context === null) return;
  const outer = enterContext(id);
  context.isEnding = true;
  context.onLog();
  leaveContext(outer);
}

export function proxy_on_delete(id: u32): void {
  const context = findContext(id);
  if (context === null) return;
  const outer = enterContext(id);
  context.isEnding = true;
  context.onDelete();
  let pending = context.pending;
  while (pending !== null) {
    pending.abandon();
    pending = context.pending;
  }
  removeContext(context);
  leaveContext(outer);
}

function findRoot(id: u32): RootContext | null {
  const context = findContext(id);
  return context instanceof RootContext ? changetype<RootContext>(context) : null;
}

function findStream(id: u32): HttpContext | null {
  const context = findContext(id);
  return context instanceof HttpContext ? changetype<HttpContext>(context) : null;
}
