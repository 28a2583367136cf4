// Package abi is a thin binding to the Proxy-Wasm ABI 0.2.1 for the benchmark's filters only.
package abi

import (
	"encoding/binary"
	"unsafe"
)

// Header maps and buffers of the ABI.
const (
	RequestHeaders   = 0
	ResponseHeaders  = 2
	HTTPResponseBody = 1
)

// What the host wrote where proxy_on_memory_allocate told it to. The host writes 32-bit addresses.
type result struct {
	address uint32
	size    uint32
}

// One host call is under way at a time, and its result is taken before the next.
var latest result

// The block that the host asked for last: the garbage collector does not see the host's pointer to it.
var allocated []byte

func take() []byte {
	block := allocated
	allocated = nil
	if int(latest.size) > len(block) {
		return nil
	}
	return block[:latest.size]
}

func ask() (unsafe.Pointer, unsafe.Pointer) {
	latest = result{}
	return unsafe.Pointer(&latest.address), unsafe.Pointer(&latest.size)
}

func text(bytes []byte) string { return unsafe.String(unsafe.SliceData(bytes), len(bytes)) }

func pointer(text string) unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(text)) }

// Headers gives all headers of a map, in order.
func Headers(mapType uint32) [][2]string {
	data, size := ask()
	if proxyGetHeaderMapPairs(mapType, data, size) != 0 {
		return nil
	}
	bytes := take()
	if len(bytes) < 4 {
		return nil
	}
	count := int(binary.LittleEndian.Uint32(bytes))
	headers := make([][2]string, count)
	at := 4 + 8*count
	for i := range headers {
		nameSize := int(binary.LittleEndian.Uint32(bytes[4+8*i:]))
		valueSize := int(binary.LittleEndian.Uint32(bytes[8+8*i:]))
		headers[i] = [2]string{text(bytes[at : at+nameSize]), text(bytes[at+nameSize+1 : at+nameSize+1+valueSize])}
		at += nameSize + valueSize + 2
	}
	return headers
}

// Header gives one header's value, and whether it is there.
func Header(mapType uint32, name string) (string, bool) {
	data, size := ask()
	if proxyGetHeaderMapValue(mapType, pointer(name), uint32(len(name)), data, size) != 0 {
		return "", false
	}
	return text(take()), true
}

// ReplaceHeader gives a header one value.
func ReplaceHeader(mapType uint32, name, value string) {
	proxyReplaceHeaderMapValue(mapType, pointer(name), uint32(len(name)), pointer(value), uint32(len(value)))
}

// RemoveHeader removes every value of a header.
func RemoveHeader(mapType uint32, name string) {
	proxyRemoveHeaderMapValue(mapType, pointer(name), uint32(len(name)))
}

// Bytes gives a part of a buffer.
func Bytes(bufferType, start, length uint32) []byte {
	data, size := ask()
	if proxyGetBufferBytes(bufferType, start, length, data, size) != 0 {
		return nil
	}
	return take()
}

// SetBytes puts data in place of a part of a buffer.
func SetBytes(bufferType, start, length uint32, data []byte) {
	proxySetBufferBytes(bufferType, start, length, unsafe.Pointer(unsafe.SliceData(data)), uint32(len(data)))
}
