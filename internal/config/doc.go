// Package config turns defaults, an optional YAML file and the environment into
// one value that is checked whole and passed by value.
//
// A setting has one name: AUTHSERVER_PUBLIC_URL in the environment, public_url
// in the file. The environment wins over the file, the file over the defaults;
// an empty value counts as not given. Secrets may also be given as the path of
// a file (AUTHSERVER_SECRET_KEYS_FILE), which suits Docker, Kubernetes and
// systemd credentials. Names that are not known are errors, because a misspelt
// protection is no protection. All problems are reported at once, each with the
// setting's name, what is wrong and an example, and never with a secret value.
//
// .env.example at the root documents every setting; a test compares the two.
package config
