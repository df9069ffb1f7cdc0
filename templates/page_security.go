package templates

import "time"

// AccountDevice is a browser in which the person has signed in.
type AccountDevice struct {
	ID string
	// Name is the person's own for it; Browser is such as "Firefox, Linux". Either may be
	// empty; Mobile chooses its picture.
	Name, Browser string
	Mobile        bool
	// Place is a town, or the beginning of an IP address, or empty.
	Place string
	// Status is new, confirmed, held or suspicious.
	Status              string
	FirstSeen, LastSeen time.Time
	// Current says that the page is shown there.
	Current bool
}

// AccountDevices lists them, the last seen first.
type AccountDevices struct {
	AccountFrame
	Devices []AccountDevice
}

// AccountDeviceOne is the page of one. It posts action=name with name, action=confirm or
// action=revoke to itself.
type AccountDeviceOne struct {
	AccountFrame
	Device AccountDevice
}

// AccountDeviceReport asks before everything is taken from whoever used a device. It posts
// to itself.
type AccountDeviceReport struct {
	AccountFrame
	Device AccountDevice
}

// DeviceAlert is for who came by the link in a letter about a sign-in, signed in or not.
// It posts token with answer=yes or answer=no.
type DeviceAlert struct {
	Frame
	// State is asking, confirmed, denied or failed.
	State, Token string
	// Device and Place are where the sign-in came from, in words; either may be empty. At
	// is when.
	Device, Place string
	At            time.Time
}

// securityPages are the pages about known devices and unusual sign-ins.
func securityPages() []Page {
	return []Page{new(AccountDevices), new(AccountDeviceOne), new(AccountDeviceReport), new(DeviceAlert)}
}
