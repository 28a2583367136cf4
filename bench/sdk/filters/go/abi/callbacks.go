package abi

import "unsafe"

// Action is what a callback answers.
type Action = uint32

// Answers of callbacks.
const (
	Continue Action = 0
	Pause    Action = 1
)

// Stream is one HTTP request and its response.
type Stream interface {
	OnRequestHeaders(count int, endOfStream bool) Action
	OnResponseHeaders(count int, endOfStream bool) Action
	OnResponseBody(size int, endOfStream bool) Action
}

// DefaultStream lets everything pass.
type DefaultStream struct{}

// OnRequestHeaders lets them pass.
func (DefaultStream) OnRequestHeaders(int, bool) Action { return Continue }

// OnResponseHeaders lets them pass.
func (DefaultStream) OnResponseHeaders(int, bool) Action { return Continue }

// OnResponseBody lets it pass.
func (DefaultStream) OnResponseBody(int, bool) Action { return Continue }

// NewStream makes the context of a stream.
var NewStream func() Stream

var streams = map[uint32]Stream{}

//go:wasmexport proxy_abi_version_0_2_1
func proxyABIVersion021() {}

//go:wasmexport proxy_on_memory_allocate
func proxyOnMemoryAllocate(size uint32) unsafe.Pointer {
	allocated = make([]byte, size)
	return unsafe.Pointer(unsafe.SliceData(allocated))
}

//go:wasmexport proxy_on_vm_start
func proxyOnVMStart(uint32, uint32) uint32 { return 1 }

//go:wasmexport proxy_on_configure
func proxyOnConfigure(uint32, uint32) uint32 { return 1 }

//go:wasmexport proxy_on_context_create
func proxyOnContextCreate(id, parent uint32) {
	if parent != 0 {
		streams[id] = NewStream()
	}
}

//go:wasmexport proxy_on_request_headers
func proxyOnRequestHeaders(id, count, end uint32) Action {
	return streams[id].OnRequestHeaders(int(count), end != 0)
}

//go:wasmexport proxy_on_response_headers
func proxyOnResponseHeaders(id, count, end uint32) Action {
	return streams[id].OnResponseHeaders(int(count), end != 0)
}

//go:wasmexport proxy_on_response_body
func proxyOnResponseBody(id, size, end uint32) Action {
	return streams[id].OnResponseBody(int(size), end != 0)
}

//go:wasmexport proxy_on_done
func proxyOnDone(uint32) uint32 { return 1 }

//go:wasmexport proxy_on_log
func proxyOnLog(uint32) {}

//go:wasmexport proxy_on_delete
func proxyOnDelete(id uint32) { delete(streams, id) }
