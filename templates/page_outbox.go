package templates

// outboxPages are the pages about the messages that `authserver dev` captured.
func outboxPages() []Page { return nil }
