package screen

import (
	"backchannel/storage"
	"backchannel/tui/style"
)

// errorText returns the error of an attempt, after its class unless the class only repeats it.
func errorText(a storage.Attempt) string {
	if a.ErrorClass == storage.ClassStatus || a.ErrorClass == "" {
		return a.Error
	}
	return string(a.ErrorClass) + ": " + a.Error
}

// excerpt returns the first 200 characters of an answer's body, of which up to 16 KiB are kept.
func excerpt(body string) string {
	const most = 200
	if runes := []rune(body); len(runes) > most {
		return string(runes[:most]) + style.More
	}
	return body
}
