// Package deploy holds the files below deploy/ against the program: every series that a
// dashboard or an alert names exists, every setting is known, every alert is explained.
package deploy
