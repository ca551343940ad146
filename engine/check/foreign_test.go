package check_test

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

// Each endpoint prints its port, and parses JSON with the defaults of its language.
const (
	nodeEndpoint = `
const http = require("http");
const server = http.createServer((req, res) => {
  if (req.method !== "POST") { res.writeHead(405, {Allow: "POST"}); return res.end(); }
  const parts = [];
  req.on("data", part => parts.push(part));
  req.on("end", () => {
    let event;
    try { event = JSON.parse(Buffer.concat(parts).toString("utf8")); } catch { res.writeHead(400); return res.end("not JSON"); }
    res.writeHead(event && event.requestId ? 204 : 422); res.end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));`
	pythonEndpoint = `
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def answer(self, code):
        self.send_response(code); self.send_header("Content-Length", "0"); self.end_headers()
    def do_POST(self):
        if "Content-Length" not in self.headers:
            self.close_connection = True
            return self.answer(411)
        try:
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(204 if event["requestId"] else 422)
        except (ValueError, TypeError, KeyError, RecursionError):
            self.answer(400)
server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
print(server.server_port, flush=True)
server.serve_forever()`
)

// A correct endpoint in another language that uses the defaults of its libraries fails no case.
func TestEndpointsInOtherLanguagesPass(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ program, flag, source string }{{"node", "-e", nodeEndpoint}, {"python3", "-c", pythonEndpoint}} {
		t.Run(c.program, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(c.program); err != nil {
				t.Skipf("%s is not installed", c.program)
			}
			process := exec.CommandContext(t.Context(), c.program, c.flag, c.source)
			out := storetest.Must(process.StdoutPipe())
			if err := process.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = process.Wait() })
			port, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Skipf("%s does not run here: %v", c.program, err)
			}
			b := newBench(t, func(w *storage.Webhook) { w.Auth.Type = storage.AuthNone })
			b.hook.URL = "http://127.0.0.1:" + strings.TrimSpace(port)
			run := b.runInMemory(t.Context(), quick("load", "slow"))
			if _, described := withResult(run, storage.CheckFailed); len(described) > 0 || run.Tally()[storage.CheckPassed] < 60 {
				t.Errorf("got %s; failed:\n%s", run.Summary(), strings.Join(described, "\n"))
			}
		})
	}
}
