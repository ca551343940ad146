package engine_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"

	"backchannel/engine"
	"backchannel/engine/policy"
	"backchannel/storage"
)

// An attempt needs neither a store nor a running engine.
func ExampleAttempt() {
	endpoint := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer endpoint.Close()

	webhook := storage.NewWebhook()
	webhook.Name, webhook.URL = "acme", endpoint.URL+"/feedback"
	trust := func() (*x509.CertPool, error) {
		roots := x509.NewCertPool()
		roots.AddCert(endpoint.Certificate())
		return roots, nil
	}
	result := engine.Attempt(context.Background(), engine.Config{RootCAs: trust}, webhook, storage.Job{Payload: []byte(`{"requestId":"r1"}`)})
	fmt.Println(result.Attempt.Code, result.Attempt.Error)
	fmt.Println("will be retried:", result.Class == policy.Retryable)
	// Output:
	// POST /feedback application/json
	// 503 answered 503 Service Unavailable
	// will be retried: true
}
