package page

import (
	"errors"
	"mime"
	"net/url"
	"strings"

	"billfold/models"

	"github.com/go-playground/form/v4"
	"github.com/labstack/echo/v4"
)

// decoder reads only fields that carry a form tag.
var decoder = func() *form.Decoder {
	d := form.NewDecoder()
	d.SetMode(form.ModeExplicit)
	d.SetMaxArraySize(maxValues)
	return d
}()

// maxValues bounds how often one field may come; a move is of 1,024 projects at most.
const maxValues = 2000

// cardFree are fields whose numbers may pass a card's check digit and are none: keys of ours, VAT ids
// and electronic addresses (a SIRET or GLN has the same check digit).
var cardFree = map[string]bool{formKeyField: true, "vat_id": true, "electronic_id": true, "ids": true, "move": true}

// Bind reads the body of a POST, and nothing else, into a form struct of the handler's own with `form`
// tags. Text is trimmed and freed of what no text holds; fields named password* are taken as they
// are. Kind: Invalid, for a body that is no form and numbers that are none. What looks like a card
// number is bound like other text and then refused by Submit, so that the form is shown again with it.
func Bind(c echo.Context, into any) error {
	values, err := body(c)
	if err != nil {
		return err
	}
	clean := make(url.Values, len(values))
	var bad []models.Field
	for name, list := range values {
		for _, v := range list {
			if !strings.HasPrefix(name, "password") {
				v = cleanText(v)
				if !cardFree[name] && !models.IsID(v) && hasCardNumber(v) {
					bad = append(bad, models.Field{Name: name, Message: "This looks like a card number. Never enter one here: cards are added on the payment provider's page"})
				}
			}
			clean[name] = append(clean[name], v)
		}
	}
	stateOf(c).refused = models.InvalidFields(bad...)
	err = decoder.Decode(into, clean)
	var several form.DecodeErrors
	if errors.As(err, &several) {
		var fields []models.Field
		for name := range several {
			fields = append(fields, models.Field{Name: name, Message: "Enter a number"})
		}
		return models.InvalidFields(fields...)
	}
	return err
}

// body parses the body of a POST as a form.
func body(c echo.Context) (url.Values, error) {
	r := c.Request()
	unreadable := models.Invalidf("", "This form cannot be read. Open the page again and send it from there")
	if kind := r.Header.Get(echo.HeaderContentType); kind != "" {
		if kind, _, err := mime.ParseMediaType(kind); err != nil || kind != echo.MIMEApplicationForm {
			return nil, unreadable
		}
	}
	if err := r.ParseForm(); err != nil {
		if tooLarge(err) {
			return nil, err
		}
		return nil, unreadable
	}
	for name, list := range r.PostForm {
		// Brackets in names are a language of the decoder's own that no form here speaks: it panics at
		// half a pair, and takes a second for thousands of them.
		if strings.ContainsAny(name, "[]") || len(list) > maxValues {
			return nil, unreadable
		}
	}
	return r.PostForm, nil
}

// hasCardNumber reports whether text holds what can be a payment card's number: 13 to 19 digits, alone
// or in groups by single spaces or dashes, whose last one is the check digit of ISO/IEC 7812-1.
func hasCardNumber(text string) bool {
	var digits []byte
	separated := true
	ends := func() bool { return len(digits) >= 13 && len(digits) <= 19 && luhn(digits) }
	for i := range len(text) {
		switch ch := text[i]; {
		case ch >= '0' && ch <= '9':
			digits = append(digits, ch)
			separated = false
		case (ch == ' ' || ch == '-') && !separated:
			separated = true
		default:
			if ends() {
				return true
			}
			digits, separated = digits[:0], true
		}
	}
	return ends()
}

func luhn(digits []byte) bool {
	sum := 0
	for i, d := range digits {
		n := int(d - '0')
		if (len(digits)-i)%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
