package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/export"
)

// Secrets are omitted.
func ExampleCurlCommand() {
	receipt := storage.Receipt{
		Method: "POST", Path: "/feedback/myImsOrg/prod", Body: []byte(`{"requestId":"r1"}`),
		Headers: []storage.HeaderField{{Name: "Authorization", Value: "Bearer a.b.c", Secret: true}, {Name: "Content-Type", Value: "application/json"}},
	}
	fmt.Println(export.CurlCommand(receipt, "https://endpoint.example", ""))
	// Output:
	// printf %s '{"requestId":"r1"}' | curl --silent --show-error --include --globoff --path-as-is \
	//   --request 'POST' --url 'https://endpoint.example/feedback/myImsOrg/prod' \
	//   --header 'Content-Type: application/json' \
	//   --header 'Accept:' \
	//   --header 'User-Agent:' \
	//   --header 'Expect:' \
	//   --data-binary @-
}

// An export is complete once the writer is closed.
func ExampleWriter() {
	var file bytes.Buffer
	w, err := export.NewWriter(&file, export.Options{Format: export.NDJSON})
	if err != nil {
		panic(err)
	}
	if err := w.Add(storage.Receipt{Method: "POST", Path: "/feedback/myImsOrg/prod", Code: 204}); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	var line struct {
		Path string
		Code int
	}
	if err := json.Unmarshal(file.Bytes(), &line); err != nil {
		panic(err)
	}
	fmt.Println(line.Path, line.Code)
	// Output: /feedback/myImsOrg/prod 204
}
