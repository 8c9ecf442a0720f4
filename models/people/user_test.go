package people

import (
	"strings"
	"testing"
	"time"

	"billfold/models"
)

func TestCheckEmail(t *testing.T) {
	long := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 60)+".", 3) + "com"
	for email, good := range map[string]bool{
		"ana@example.com": true, "ana.lima+billing@sub.example.co": true, "Ana@Example.COM": true, "jürgen@exämple.de": true,
		long: len(long) <= 254, "a" + long: false,
		"": false, "ana": false, "ana@": false, "@example.com": false, "ana@example": false, "ana@exam ple.com": false,
		"Ana Lima <ana@example.com>": false, "ana@example.com, bo@example.com": false, "ana@[127.0.0.1]": false,
		"\"a@b\"@example.com": false, "ana@example..com": false, "ana@.example.com": false, "ana@-example.com": false,
		"ana\n@example.com": false, "ana@example.com\x00": false, "<ana@example.com>": false,
	} {
		err := CheckEmail(email)
		if good != (err == nil) {
			t.Errorf("%q: %v", email, err)
		}
		if err != nil && models.KindOf(err) != models.Invalid {
			t.Errorf("%q: kind %v", email, models.KindOf(err))
		}
	}
}

func TestCheckPassword(t *testing.T) {
	for password, good := range map[string]bool{
		"correct horse": true, "1234567": false, "ächtöäüß": true, strings.Repeat("x", 200): true, strings.Repeat("x", 201): false,
		"password123": false, "PassWord123": false, "ana@example.com": false, "Ana Lima Perez": false, "\xff\xfe\xff\xfe\xff\xfe\xff\xfe": false,
	} {
		if err := CheckPassword(password, "ana@example.com", "Ana Lima Perez"); good != (err == nil) {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestNameFromEmail(t *testing.T) {
	for email, want := range map[string]string{
		"ana.lima@example.com": "Ana Lima", "admin@acme.example": "Admin", "bo+x@example.com": "Bo", "özil_m@example.com": "Özil M", "...@example.com": "...@example.com",
	} {
		if got := NameFromEmail(email); got != want {
			t.Errorf("%s: %q, want %q", email, got, want)
		}
	}
}

func TestAttemptsCount(t *testing.T) {
	l := limit{max: 3, window: 10 * time.Minute, wait: 5 * time.Minute}
	start := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	a := attempt{Subject: "x", Since: start}
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	for i := range 3 {
		if until := a.count(l, at(i)); !until.IsZero() {
			t.Fatalf("attempt %d waits until %v", i+1, until)
		}
	}
	if until := a.count(l, at(3)); until != at(8) {
		t.Fatalf("attempt 4 waits until %v, want %v", until, at(8))
	}
	if until := a.count(l, at(7)); until != at(8) {
		t.Fatalf("an attempt during the wait moved its end to %v", until)
	}
	if until := a.count(l, at(8)); !until.IsZero() || a.Failures != 1 {
		t.Fatalf("after the wait: until %v, failures %d", until, a.Failures)
	}
	a.count(l, at(9))
	if a.count(l, at(18)); a.Failures != 1 {
		t.Fatalf("attempts before the window count: %d", a.Failures)
	}
}

func TestBlockedNamesTheMinuteAfter(t *testing.T) {
	for until, want := range map[time.Time]string{
		time.Date(2026, 11, 22, 14, 29, 1, 0, time.UTC): "Too many attempts. Try again after 14:30 UTC",
		time.Date(2026, 11, 22, 14, 30, 0, 0, time.UTC): "Too many attempts. Try again after 14:30 UTC",
	} {
		if got := (&Blocked{Until: until}).Error(); got != want {
			t.Errorf("%v: %q", until, got)
		}
	}
}

func TestNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "",
	} {
		if got := network(ip); got != want {
			t.Errorf("%q: %q, want %q", ip, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for in, want := range map[string]string{"short": "short", "äöüß": "äö", "a\x00b\xff": "ab"} {
		if got := clip(in, 5); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
