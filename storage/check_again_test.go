package storage_test

import (
	"reflect"
	"testing"
	"time"

	"backchannel/storage"
)

func TestLeavesMachine(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		storage.BuiltinReceiver:            false,
		"https://127.0.0.1:9443/x":         false,
		"https://127.8.9.10/x":             false,
		"https://LOCALHOST/x":              false,
		"https://[::1]:8443/x":             false,
		"https://0.0.0.0:8443/x":           false,
		"https://hooks.example.com/x":      true,
		"https://10.0.0.9/x":               true,
		"https://192.168.1.2:8443/x":       true,
		"https://localhost.example.com/x":  true,
		"https://127.0.0.1.example.com/x":  true,
		"https://localhost@evil.example/x": true,
		"https://[fe80::1]/x":              true,
		"::not a URL":                      true,
	} {
		if got := (storage.Webhook{URL: url}).LeavesMachine(); got != want {
			t.Errorf("%s: got %t, want %t", url, got, want)
		}
	}
}

func TestOptionsToRunAgain(t *testing.T) {
	t.Parallel()
	run := storage.CheckRun{Options: storage.CheckOptions{Only: []string{"tls"}, Skip: []string{"load"}, PerSecond: 5, Timeout: time.Minute}}
	if got, want := run.Again(), (storage.CheckOptions{Skip: []string{"load"}, PerSecond: 5, Timeout: time.Minute}); !reflect.DeepEqual(got, want) {
		t.Errorf("Again: got %+v, want %+v", got, want)
	}
	if got, want := run.AgainOnly("auth/empty"), (storage.CheckOptions{Only: []string{"auth/empty"}, PerSecond: 5, Timeout: time.Minute}); !reflect.DeepEqual(got, want) {
		t.Errorf("AgainOnly: got %+v, want %+v", got, want)
	}
}

func TestRunIsNotFasterThanTheWebhook(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ limit, chosen, want, load float64 }{
		{0, 0, storage.DefaultCheckRate, storage.DefaultLoadRate}, {3, 0, 3, 3}, {100, 0, storage.DefaultCheckRate, storage.DefaultLoadRate}, {3, 2, 2, 3},
	} {
		w := storage.NewWebhook()
		w.Delivery.RatePerSec = test.limit
		if got := (storage.CheckOptions{PerSecond: test.chosen}).For(w); got.PerSecond != test.want || got.LoadRate != test.load {
			t.Errorf("limit %g/s, option %g/s: got %g/s, load %g/s; want %g/s, %g/s", test.limit, test.chosen, got.PerSecond, got.LoadRate, test.want, test.load)
		}
	}
}
