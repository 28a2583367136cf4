import { SharedQueue } from "@wasm-hub/sdk";
import { bufferOf, viewOf } from "./bytes";
import { WasmResultValues } from "./status";

class TokenSharedQueueResult {
  result: WasmResultValues = WasmResultValues.NotFound;
  token: u32 = 0;
}

class DequeueSharedQueueResult {
  /** Empty also where there is no such queue. */
  result: WasmResultValues = WasmResultValues.Empty;
  data: ArrayBuffer | null = null;
}

export function register_shared_queue(queue_name: string): TokenSharedQueueResult {
  return resultOf(SharedQueue.register(queue_name));
}

export function resolve_shared_queue(vm_id: string, queue_name: string): TokenSharedQueueResult {
  return resultOf(SharedQueue.resolve(vm_id, queue_name));
}

export function enqueue_shared_queue(token: u32, data: ArrayBuffer): WasmResultValues {
  return new SharedQueue(token).enqueueBytes(viewOf(data));
}

export function dequeue_shared_queue(token: u32): DequeueSharedQueueResult {
  const answer = new DequeueSharedQueueResult();
  const entry = new SharedQueue(token).dequeueBytes();
  if (entry === null) return answer;
  answer.result = WasmResultValues.Ok;
  answer.data = bufferOf(entry);
  return answer;
}

function resultOf(queue: SharedQueue | null): TokenSharedQueueResult {
  const answer = new TokenSharedQueueResult();
  if (queue === null) return answer;
  answer.result = WasmResultValues.Ok;
  answer.token = queue.token;
  return answer;
}
