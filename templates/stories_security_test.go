package templates_test

import (
	"time"

	"authserver/templates"
)

// securityStories are the pages of the area in the states that people meet.
func securityStories() map[string]templates.Page {
	at := time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)
	laptop := templates.AccountDevice{
		ID: "0192f0c1-0000-7000-8000-000000000001", Name: "My laptop", Browser: "Firefox, Linux", Place: "Hamburg, Germany", Status: "confirmed",
		FirstSeen: at.AddDate(0, -3, 0), LastSeen: at, Current: true,
	}
	phone := templates.AccountDevice{
		ID: "0192f0c1-0000-7000-8000-000000000002", Browser: "Safari, iOS", Mobile: true, Place: "203.0.113.x", Status: "new", FirstSeen: at, LastSeen: at,
	}
	strange := templates.AccountDevice{ID: "0192f0c1-0000-7000-8000-000000000003", Status: "suspicious", FirstSeen: at, LastSeen: at}
	held := templates.AccountDevice{ID: "0192f0c1-0000-7000-8000-000000000004", Browser: "Chrome, Windows", Status: "held", FirstSeen: at, LastSeen: at}
	wrong := below("sessions")
	wrong.Problems = []templates.Problem{{Code: "device_name_invalid", Field: "name"}}
	gone := below("sessions")
	gone.Problems = []templates.Problem{{Code: "known_device_not_found"}}
	return map[string]templates.Page{
		"accountdevices": &templates.AccountDevices{
			AccountFrame: below("sessions"), Devices: []templates.AccountDevice{laptop, phone, strange, held},
		},
		"accountdevices-none":         &templates.AccountDevices{AccountFrame: gone},
		"accountdeviceone":            &templates.AccountDeviceOne{AccountFrame: below("sessions"), Device: phone},
		"accountdeviceone-wrong":      &templates.AccountDeviceOne{AccountFrame: wrong, Device: laptop},
		"accountdeviceone-suspicious": &templates.AccountDeviceOne{AccountFrame: below("sessions"), Device: strange},
		"accountdevicereport":         &templates.AccountDeviceReport{AccountFrame: below("sessions"), Device: phone},
		"devicealert": &templates.DeviceAlert{
			State: "asking", Token: "ch_token", Device: "Safari, iOS", Place: "Hamburg, Germany", At: at,
		},
		"devicealert-choice": &templates.DeviceAlert{
			Frame: templates.Frame{Problems: []templates.Problem{{Code: "choice_missing"}}}, State: "asking", Token: "ch_token", At: at,
		},
		"devicealert-confirmed": &templates.DeviceAlert{State: "confirmed"},
		"devicealert-denied":    &templates.DeviceAlert{State: "denied"},
		"devicealert-failed":    &templates.DeviceAlert{State: "failed"},
	}
}
