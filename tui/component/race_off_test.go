//go:build !race

package component

const (
	randomForms = uint64(16)
	stride      = 1
)
