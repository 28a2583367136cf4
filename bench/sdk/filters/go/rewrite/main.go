// Command rewrite is a Proxy-Wasm filter.
package main

import (
	"bytes"
	"strconv"

	"bench/abi"
)

func init() { abi.NewStream = func() abi.Stream { return &rewrite{user: "nobody"} } }

func main() {}

type rewrite struct {
	abi.DefaultStream
	user string
}

func (s *rewrite) OnRequestHeaders(int, bool) abi.Action {
	all := abi.Headers(abi.RequestHeaders)
	size := 0
	for _, header := range all {
		size += len(header[1])
	}
	if user, found := abi.Header(abi.RequestHeaders, "x-user"); found {
		s.user = user
	}
	abi.ReplaceHeader(abi.RequestHeaders, "x-header-count", strconv.Itoa(len(all)))
	abi.ReplaceHeader(abi.RequestHeaders, "x-header-bytes", strconv.Itoa(size))
	abi.ReplaceHeader(abi.RequestHeaders, "x-user-id", s.user)
	abi.ReplaceHeader(abi.RequestHeaders, "x-filter", "rewrite")
	abi.ReplaceHeader(abi.RequestHeaders, "x-stage", "request")
	return abi.Continue
}

func (*rewrite) OnResponseHeaders(int, bool) abi.Action {
	abi.RemoveHeader(abi.ResponseHeaders, "content-length")
	return abi.Continue
}

func (s *rewrite) OnResponseBody(size int, endOfStream bool) abi.Action {
	if !endOfStream {
		return abi.Pause
	}
	body := abi.Bytes(abi.HTTPResponseBody, 0, uint32(size))
	abi.SetBytes(abi.HTTPResponseBody, 0, uint32(size), bytes.Replace(body, []byte("{user}"), []byte(s.user), 1))
	return abi.Continue
}
