package application

import (
	"testing"

	"authserver/templates"
)

func TestWhatPeopleSeeOfAnApplication(t *testing.T) {
	t.Parallel()
	a := &Application{Name: "Shop", LogoURL: "https://shop.example/l.png", HomeURL: "https://shop.example/"}
	for uri, host := range map[string]string{
		"": "", "https://shop.example/cb": "shop.example", "http://127.0.0.1:3000/cb": "127.0.0.1:3000",
		"com.example.app:/cb": "com.example.app", "%": "",
	} {
		want := templates.App{Name: a.Name, LogoURL: a.LogoURL, HomeURL: a.HomeURL, Host: host}
		if got := a.Face(uri); got != want {
			t.Errorf("%q: %+v, want %+v", uri, got, want)
		}
	}
	var gone *Application
	if got := gone.Face("https://shop.example/cb"); got != (templates.App{}) {
		t.Errorf("nobody has the face %+v", got)
	}
}
