package intake_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"backchannel/receiver/intake"
)

// A body is kept byte for byte, and released once it has been stored.
func ExamplePool() {
	pool := intake.NewPool(10 * time.Second)
	request := httptest.NewRequest(http.MethodPost, "/feedback/myImsOrg/prod", strings.NewReader(`{"requestId": "r1"}`))
	body := pool.Read(httptest.NewRecorder(), request)
	defer body.Release()
	fmt.Printf("%s, flaw %q, %d large ones in memory\n", body.Bytes, body.Flaw, pool.InUse())
	// Output: {"requestId": "r1"}, flaw "", 0 large ones in memory
}
