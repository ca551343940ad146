// Package intake reads requests so that they can be stored as they arrived: the exact
// bytes of the body, why it is incomplete if it is, and every header line.
//
// Start with [NewPool] and [Pool.Read]. Each API on the receiver's listener uses the same
// [Pool], which bounds the memory that large bodies take. The package judges nothing,
// stores nothing and answers nothing.
package intake
