// Command add-header is a Proxy-Wasm filter.
package main

import "bench/abi"

func init() { abi.NewStream = func() abi.Stream { return &addHeader{} } }

func main() {}

type addHeader struct{ abi.DefaultStream }

func (*addHeader) OnResponseHeaders(int, bool) abi.Action {
	abi.ReplaceHeader(abi.ResponseHeaders, "x-hello", "world")
	return abi.Continue
}
