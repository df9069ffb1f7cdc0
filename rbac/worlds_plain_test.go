//go:build !race

package rbac_test

func worldsTried() int { return 100_000 }
