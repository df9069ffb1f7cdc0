package templates

import (
	"strconv"
	"time"
)

// unseenMost is the largest number of new notifications that is told.
const unseenMost = 99

// UnseenLabel is how many new notifications there are, as a badge says it.
func (p Person) UnseenLabel() string {
	if p.Unseen > unseenMost {
		return strconv.Itoa(unseenMost) + "+"
	}
	return strconv.Itoa(p.Unseen)
}

// AccountNotice is one notification.
type AccountNotice struct {
	ID, Icon    string
	Title, Body string
	At          time.Time
	// Detail is a name that it is about, unless the title says it; Device and Place are
	// where it came from. Each may be empty.
	Detail, Device, Place string
	// Admin says that somebody did it who administers the realm.
	Admin bool
	// URL is where it leads; empty for none.
	URL string
	// New says that it has not been seen; Urgent, that it should be.
	New, Urgent bool
}

// AccountNotices lists what a person is told, the newest first. It posts to
// notifications/seen (id, or nothing for all) and notifications/dismiss (id).
type AccountNotices struct {
	AccountFrame
	Notices []AccountNotice
	// Older is the cursor of the next page, empty on the last.
	Older string
	// First says that this is the page of the newest.
	First bool
	// Cursor is that of this page, empty on the first.
	Cursor string
}

// NoticeChannel is a way in which a person is told of a topic.
type NoticeChannel struct {
	// Name is account, email or sms.
	Name      string
	On, Fixed bool
}

// NoticeTopic is what a person decides about.
type NoticeTopic struct {
	Slug     string
	Channels []NoticeChannel
}

// AccountNoticePreferences lets a person say how they are told. It posts TOPIC.CHANNEL
// for each box, and action=resubscribe where Unsubscribed.
type AccountNoticePreferences struct {
	AccountFrame
	Topics []NoticeTopic
	// Unsubscribed says that the address gets no optional letters.
	Unsubscribed bool
}

// noticePages are the pages about notifications.
func noticePages() []Page {
	return []Page{new(AccountNotices), new(AccountNoticePreferences)}
}
