package user

import "gorm.io/gorm"

// plusOne counts a column up.
func plusOne(column string) any { return gorm.Expr(column + " + 1") }
