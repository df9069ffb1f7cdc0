package user

import (
	"crypto/sha256"
	"encoding/hex"
)

// gravatar serves pictures by the SHA-256 of a mail address. It learns of everybody
// whose page shows one, so that it is asked only where the person wants it.
const gravatar = "https://gravatar.com/avatar/"

// AvatarURL is the address of the person's picture: their own, else the one that they
// let Gravatar show, else "" and initials stand in its place. It is the claim picture.
func (u *User) AvatarURL() string {
	if u.Picture != "" || !u.UseGravatar {
		return u.Picture
	}
	// Gravatar folds the whole address; ours keeps the case of the local part.
	_, key, err := Normalise(u.Email)
	if err != nil {
		return ""
	}
	digest := sha256.Sum256([]byte(key))
	return gravatar + hex.EncodeToString(digest[:]) + "?s=256&d=identicon"
}
