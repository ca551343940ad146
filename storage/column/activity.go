package column

import (
	"fmt"
	"reflect"

	"backchannel/storage"
)

// DeliveryText identifies a delivery in an activity.
func DeliveryText(d storage.Delivery) string {
	return fmt.Sprintf("%s, %s to %s", d.Status, d.Channel, d.Webhook)
}

// failureText says in an activity after how many attempts a delivery failed, and why.
func failureText(a *storage.Attempt) string {
	attempts := "at once"
	if a.N > 1 {
		attempts = fmt.Sprintf("after %d attempts", a.N)
	}
	return attempts + ": " + a.Error
}

// ProfileName returns the name of a profile's preset. The zero profile has the name of the
// first preset.
func ProfileName(p storage.Profile) string {
	p.Generation = 0
	switch {
	case p.Preset != "":
		return p.Preset
	case reflect.DeepEqual(p, storage.Profile{}):
		return storage.Presets()[0].Name
	}
	return "a custom profile"
}
