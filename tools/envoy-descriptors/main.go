// Writes Envoy's API as a gzipped FileDescriptorSet: every v3 message that go-control-plane knows, in an order in which
// each file comes after those it imports. Run by tools/envoy-descriptors/generate.sh.
package main

import (
	"compress/gzip"
	"log"
	"os"
	"sort"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

func main() {
	files := map[string]protoreflect.FileDescriptor{}
	var paths []string
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		files[file.Path()] = file
		paths = append(paths, file.Path())
		return true
	})
	sort.Strings(paths)

	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var add func(path string)
	add = func(path string) {
		file, known := files[path]
		if seen[path] || !known {
			return
		}
		seen[path] = true
		imports := file.Imports()
		for i := range imports.Len() {
			add(imports.Get(i).Path())
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	for _, path := range paths {
		add(path)
	}

	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	if err != nil {
		log.Fatal(err)
	}
	out, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	zip, _ := gzip.NewWriterLevel(out, gzip.BestCompression)
	if _, err := zip.Write(bytes); err != nil {
		log.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		log.Fatal(err)
	}
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
	log.Printf("%d files, %d bytes before compression", len(set.File), len(bytes))
}
