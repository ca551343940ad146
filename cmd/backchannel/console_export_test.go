package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/sqlite"
)

func TestConsoleExports(t *testing.T) {
	s := consoleSession{session: &session{settings: settings{data: t.TempDir()}, printer: printer{localTime: localTime{now: time.Now}}}}
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: s.settings.data})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r := storage.Receipt{ReceivedAt: time.Now(), Method: "POST", Path: "/feedback/a/b", Body: []byte(`{"a":1}`), Headers: []storage.HeaderField{{Name: "X-Key", Value: "s3cret", Secret: true}}}
	if err := store.AddReceipt(t.Context(), &r, func([]storage.Earlier) {}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "out")
	for _, format := range export.Formats() {
		done, err := s.consoleExport(store)(t.Context(), export.Request{Format: format, IDs: []storage.ID{r.ID}, Path: path + string(format)})
		if err != nil || done.Receipts != 1 || done.Path != path+string(format) {
			t.Fatalf("%s: got %+v, %v; want one receipt in %s", format, done, err, path+string(format))
		}
		text, err := os.ReadFile(done.Path)
		if err != nil || !strings.Contains(string(text), "/feedback/a/b") || strings.Contains(string(text), "s3cret") {
			t.Errorf("%s: got error %v and a text without the path or with the secret:\n%s", format, err, text)
		}
	}
	again := export.Request{Format: "json", Path: path + "json", WithSecrets: true}
	if _, err := s.consoleExport(store)(t.Context(), again); !errors.Is(err, fs.ErrExist) {
		t.Errorf("export to a file that exists: got error %v, want %v", err, fs.ErrExist)
	}
	again.Replace = true
	if _, err := s.consoleExport(store)(t.Context(), again); err != nil {
		t.Error(err)
	}
	if text, _ := os.ReadFile(path + "json"); !strings.Contains(string(text), "s3cret") {
		t.Errorf("export with secrets: got a text without the secret:\n%s", text)
	}
	if _, err := s.consoleExport(store)(t.Context(), export.Request{Format: "json", Path: filepath.Join(path, "no", "folder")}); err == nil {
		t.Error("export to a folder that does not exist succeeded")
	}
}
