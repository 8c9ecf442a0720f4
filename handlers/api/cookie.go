package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"net/http"
	"sync"
	"time"
)

// cookieLasts is how long a download address works: long enough to click it, short enough to be of no use
// in a browser's history.
const cookieLasts = 10 * time.Minute

// cookies makes and checks the last part of download addresses, which stands for the token: an HMAC over
// the document and an expiry.
type cookies struct {
	key func() ([]byte, error)
	now func() time.Time
}

// newCookies reads the installation's key when the first cookie is made or checked.
func newCookies(secret func(context.Context, string) ([]byte, error), now func() time.Time) *cookies {
	var mu sync.Mutex
	var key []byte
	return &cookies{now: now, key: func() (_ []byte, err error) {
		mu.Lock()
		defer mu.Unlock()
		if key == nil {
			key, err = secret(context.Background(), "download-cookies")
		}
		return key, err
	}}
}

// signer gives the cookies of the documents of many invoices, all with the same end.
func (c *cookies) signer() (forDocument func(invoiceID string) string, err error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	expiry := binary.BigEndian.AppendUint64(nil, uint64(c.now().Add(cookieLasts).Unix()))
	h := hmac.New(sha256.New, key)
	var raw []byte
	return func(invoiceID string) string {
		raw = append(raw[:0], expiry...)
		raw = sign(h, raw, invoiceID, expiry)
		return base64.RawURLEncoding.EncodeToString(raw)
	}, nil
}

// forDocument gives the cookie of a document of an invoice.
func (c *cookies) forDocument(invoiceID string) (string, error) {
	forDocument, err := c.signer()
	if err != nil {
		return "", err
	}
	return forDocument(invoiceID), nil
}

// check refuses a cookie that is not of the document or has expired. Error: *refusal with status 403.
func (c *cookies) check(cookie, invoiceID string) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	raw, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || len(raw) != 8+sha256.Size || !hmac.Equal(raw[8:], sign(hmac.New(sha256.New, key), nil, invoiceID, raw[:8])) {
		return &refusal{http.StatusForbidden, "invalid_download_cookie", "This download address is not valid. Ask for the invoice again"}
	}
	if c.now().Unix() >= int64(binary.BigEndian.Uint64(raw[:8])) {
		return &refusal{http.StatusForbidden, "download_cookie_expired", "This download address has expired. Ask for the invoice again"}
	}
	return nil
}

// sign appends the signature to a text. Beginning h again is cheaper than making one.
func sign(h hash.Hash, to []byte, invoiceID string, expiry []byte) []byte {
	h.Reset()
	h.Write([]byte("billfold download 1\x00" + invoiceID + "\x00"))
	h.Write(expiry)
	return h.Sum(to)
}
