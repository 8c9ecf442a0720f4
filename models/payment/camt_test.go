package payment_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"billfold/models/payment"
)

// camtFile is a file of one statement with the entries.
func camtFile(version string, entries ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.` + version + `"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><IBAN>FI21 1234 5600 0007 85</IBAN></Id><Ccy>EUR</Ccy></Acct><Bal><Amt Ccy="EUR">5.00</Amt></Bal>
` + strings.Join(entries, "\n") + `</Stmt></BkToCstmrStmt></Document>`
}

// camtEntry is a booked credit of one transaction in the words of version 2.
func camtEntry(ref, amount, text string) string {
	return `<Ntry><Amt Ccy="EUR">` + amount + `</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-03</Dt></BookgDt><AcctSvcrRef>` + ref + `</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Acme Cloud Oy</Nm></Dbtr></RltdPties><RmtInf><Ustrd>` + text + `</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`
}

func readCamt(t *testing.T, file string) ([]payment.BankEntry, payment.Statement) {
	t.Helper()
	var all []payment.BankEntry
	sums, err := payment.ReadCamt(strings.NewReader(file), nil, func(e payment.BankEntry) error { all = append(all, e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return all, sums
}

// words is an entry on one line.
func words(e payment.BankEntry) string {
	amount := e.Amount.String()
	if e.Refused != "" {
		amount = e.Said
	}
	return strings.Join([]string{e.IBAN, e.Ref, e.BookedOn.Format("2006-01-02"), amount, e.Payer, e.Remittance, e.Doubt + e.Refused}, "|")
}

func TestCamtVersions(t *testing.T) {
	two := camtFile("02", camtEntry("A1", "1234.50", "Invoice  BF-2026-000412"))
	eight := camtFile("08", `<Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">1234.5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><DtTm>2026-11-03T23:30:00-05:00</DtTm></BookgDt><AcctSvcrRef>A1</AcctSvcrRef><NtryDtls><TxDtls><Amt Ccy="EUR">1234.5</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>Acme Cloud Oy</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>Invoice BF-2026-000412</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`)
	prefixed := strings.NewReplacer("<?", "<?", "</", "</ns:", "<", "<ns:", "xmlns=", "xmlns:ns=").Replace(two)
	want := "FI2112345600000785|A1|2026-11-03|1234.50 EUR|Acme Cloud Oy|Invoice BF-2026-000412|"
	for name, file := range map[string]string{"version 2": two, "version 8": eight, "prefixed": prefixed, "without namespace": strings.Replace(two, "xmlns", "about", 1),
		"with a byte order mark": "\ufeff" + two, "in an envelope": strings.Replace(strings.Replace(two, "<Document", "<Envelope><AppHdr/><Document", 1), "</Document>", "</Document></Envelope>", 1)} {
		all, sums := readCamt(t, file)
		if len(all) != 1 || words(all[0]) != want || sums != (payment.Statement{Statements: 1, Credits: 1}) {
			t.Errorf("%s: %+v %+v", name, all, sums)
		}
	}
}

func TestCamtLatin1(t *testing.T) {
	file := strings.Replace(camtFile("02", camtEntry("A1", "1", "M\xfcller")), "UTF-8", "ISO-8859-1", 1)
	if all, _ := readCamt(t, file); all[0].Remittance != "Müller" {
		t.Errorf("%q", all[0].Remittance)
	}
}

func TestCamtWhatIsNoPayment(t *testing.T) {
	entry := camtEntry("A1", "10.00", "x")
	change := func(from, to string) string { return strings.Replace(entry, from, to, 1) }
	all, sums := readCamt(t, camtFile("02",
		change("CRDT", "DBIT"),
		change("BOOK", "PDNG"),
		change("<Sts>BOOK</Sts>", ""),
		change("<Sts>", "<RvslInd>true</RvslInd><Sts>"),
		change("<CdtDbtInd>CRDT</CdtDbtInd>", "<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd>"),
		change(`Ccy="EUR">10.00`, `Ccy="PLN">10.00`),
		change("10.00", "10.001"),
		change("10.00", "0.00"),
		change("10.00", "-1.00"),
		change("2026-11-03", "3 Nov"),
		change("<RmtInf>", "<RtrInf/><RmtInf>"),
	))
	if sums != (payment.Statement{Statements: 1, Credits: 7, Debits: 2, NotBooked: 2}) {
		t.Errorf("%+v", sums)
	}
	for i, want := range []string{"reverses an earlier debit", "taken back", "PLN", "cannot be read|decimals", "zero", "cannot be read", "no day of booking", "came back"} {
		said := all[i].Doubt + all[i].Refused
		one, other, _ := strings.Cut(want, "|")
		if !strings.Contains(said, one) && (other == "" || !strings.Contains(said, other)) {
			t.Errorf("entry %d: %q, want %q", i, said, want)
		}
	}
}

func TestCamtBatches(t *testing.T) {
	tx := func(amount, text string) string {
		return `<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs><AmtDtls><InstdAmt><Amt Ccy="USD">999</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">` + amount + `</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>` + text + `</Ustrd></RmtInf></TxDtls>`
	}
	batch := func(ref, total string, parts ...string) string {
		return `<Ntry><Amt Ccy="EUR">` + total + `</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-03</Dt></BookgDt>` + ref + `<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>` + strings.Join(parts, "") + `</NtryDtls></Ntry>`
	}
	const own = `<AcctSvcrRef>B</AcctSvcrRef>`
	for name, c := range map[string]struct {
		entry string
		want  []string
	}{
		"told apart":    {batch(own, "30.00", tx("10.00", "one"), tx("20", "two")), []string{"B/1|2026-11-03|10.00 EUR||one|", "B/2|2026-11-03|20.00 EUR||two|"}},
		"a wrong sum":   {batch(own, "30.00", tx("10.00", "one"), tx("19.99", "two")), []string{"B|2026-11-03|30.00 EUR|||It is a batch of 2 transactions that add up to 29.99 EUR"}},
		"no amounts":    {batch(own, "30.00", "<TxDtls/>", "<TxDtls/>"), []string{"B|2026-11-03|30.00 EUR|||It is a batch of 2 transactions that cannot be told apart"}},
		"a debit in it": {batch(own, "10.00", tx("20.00", "one"), strings.Replace(tx("10.00", "two"), "<AmtDtls>", "<CdtDbtInd>DBIT</CdtDbtInd><AmtDtls>", 1)), []string{"B|2026-11-03|10.00 EUR|||It is a batch of 2 transactions that cannot be told apart"}},
		"own references": {batch("", "30.00", strings.Replace(tx("10.00", "one"), "<Refs>", "<Refs><AcctSvcrRef>D1</AcctSvcrRef>", 1), strings.Replace(tx("20.00", "two"), "<Refs>", "<Refs><AcctSvcrRef>D2</AcctSvcrRef>", 1)),
			[]string{"D1|2026-11-03|10.00 EUR||one|", "D2|2026-11-03|20.00 EUR||two|"}},
		"less a fee": {batch(own, "9.50", tx("10.00", "one")), []string{"B|2026-11-03|9.50 EUR||one|"}}, // what arrived is what counts
	} {
		all, _ := readCamt(t, camtFile("02", c.entry))
		for i, e := range all {
			if i >= len(c.want) || strings.TrimPrefix(words(e), e.IBAN+"|") != c.want[i] {
				t.Errorf("%s: %s", name, words(e))
			}
		}
		if len(all) != len(c.want) {
			t.Errorf("%s: %d entries", name, len(all))
		}
	}
}

// TestCamtReferences is about what makes an entry the same one when its file comes again, and another one
// when only the bank's counter is the same.
func TestCamtReferences(t *testing.T) {
	ref := func(xml, text string) string {
		all, _ := readCamt(t, camtFile("02", strings.Replace(camtEntry("A", "1.00", text), "<AcctSvcrRef>A</AcctSvcrRef>", xml, 1)))
		return all[0].Ref
	}
	if got := ref("<AcctSvcrRef>A9</AcctSvcrRef>", "x"); got != "A9" {
		t.Error(got)
	}
	one, other := ref("<NtryRef>1</NtryRef>", "x"), ref("<NtryRef>1</NtryRef>", "y")
	if !strings.HasPrefix(one, "1#") || one == other || one != ref("<NtryRef>1</NtryRef>", "x") {
		t.Errorf("%s and %s", one, other)
	}
	none := ref("<AcctSvcrRef>NONREF</AcctSvcrRef>", "x")
	if !strings.HasPrefix(none, "#") || none != ref("", "x") || none == ref("", "y") {
		t.Error(none)
	}
	plain := strings.Replace(camtEntry("A", "1.00", "x"), "<AcctSvcrRef>A</AcctSvcrRef>", "", 1)
	all, _ := readCamt(t, camtFile("02", plain, plain))
	if all[1].Ref != none+".2" {
		t.Errorf("the second of two equal payments is %s", all[1].Ref)
	}
}

func TestCamtRefusesFiles(t *testing.T) {
	good := camtFile("02", camtEntry("A1", "1.00", "x"))
	for name, file := range map[string]string{
		"nothing":                "",
		"another document":       "<html/>",
		"a doctype":              strings.Replace(good, "<Document", `<!DOCTYPE x [<!ENTITY a "b">]><Document`, 1),
		"an entity":              strings.Replace(good, ">x<", ">&a;<", 1),
		"cut off":                good[:len(good)-40],
		"a wrong end":            strings.Replace(good, "</Ntry>", "</Ntrx>", 1),
		"a report":               strings.ReplaceAll(good, "BkToCstmrStmt", "BkToCstmrAcctRpt"),
		"a notification":         strings.ReplaceAll(good, "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"),
		"no account":             strings.Replace(good, "IBAN", "XBAN", 2),
		"an unknown encoding":    strings.Replace(good, "UTF-8", "EBCDIC", 1),
		"neither in nor out":     strings.Replace(good, "CRDT", "?", 1),
		"nested too deep":        strings.Replace(good, ">x<", ">"+strings.Repeat("<a>", 70)+strings.Repeat("</a>", 70)+"<", 1),
		"an element too long":    strings.Replace(good, ">x<", ">"+strings.Repeat("x", 3<<20)+"<", 1),
		"a text in long parts":   strings.Replace(good, ">x<", ">"+strings.Repeat(strings.Repeat("x", 9000)+"<!-- -->", 200)+"<", 1),
		"too many transactions":  strings.Replace(good, "<TxDtls>", strings.Repeat("<TxDtls/>", 10_000)+"<TxDtls>", 1),
		"bytes that are no text": strings.Replace(good, ">x<", ">\xff\x00<", 1),
	} {
		_, err := payment.ReadCamt(strings.NewReader(file), nil, func(payment.BankEntry) error { return nil })
		if err == nil || len(err.Error()) > 200 {
			t.Errorf("%s: %v", name, err)
		}
	}
	stop := errors.New("stop")
	if _, err := payment.ReadCamt(strings.NewReader(good), nil, func(payment.BankEntry) error { return stop }); err != stop {
		t.Error(err)
	}
}

// TestCamtMemory reads a long file and looks at what is kept meanwhile.
func TestCamtMemory(t *testing.T) {
	const entries = 40_000
	entry := camtEntry("%07d", "10.00", "Invoice BF-2026-000412 "+strings.Repeat("text ", 20))
	head, tail, _ := strings.Cut(camtFile("02", "@"), "@")
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, head)
		for i := range entries {
			_, _ = fmt.Fprintf(w, entry, i)
		}
		_, _ = io.WriteString(w, tail)
		_ = w.Close()
	}()
	var most uint64
	n, read := 0, int64(0)
	_, err := payment.ReadCamt(r, func(bytes int64) { read = bytes }, func(payment.BankEntry) error {
		if n++; n%8000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		return nil
	})
	if err != nil || n != entries || read < 15<<20 || most > 16<<20 {
		t.Errorf("%v: %d entries of %d bytes with %d bytes in use", err, n, read, most)
	}
}

func TestNumbers(t *testing.T) {
	const one = "BF-2026-000412"
	for text, want := range map[string]string{
		"Invoice BF-2026-000412":               one,
		"bf 2026 000412 thanks":                one,
		"BF2026000412":                         one,
		"BF–2026–000412.":                      one,
		"Inv. BF / 2026 / 000412":              one,
		"B F-2026-000412":                      one,
		"ＢＦ－２０２６－０００４１２":                       one,
		"BF-2026-0004 12 of 1 Nov":             one, // parted by the bank's line
		"BF-2026-000412 2026-11-01":            one,
		"BF-2026-000412, 2026":                 one,
		"BF-2026-000412 BF 2026 000412":        one,
		"BF-2026-1000412":                      "BF-2026-1000412",
		"BF-2026-000412 and BF-2026-000413":    one + " BF-2026-000413",
		"BF-2026-000412/413":                   one + " ?",
		"BF-2026-000412, 000413":               one + " ?",
		"BF-2026-412":                          "",
		"ABF-2026-000412":                      "",
		"BF-CN-2026-000007":                    "",
		"2026-000412":                          "",
		"":                                     "",
		"BF-2026-000412 less BF-CN-2026-00007": one,
		"XY-2025-000001":                       "XY-2025-000001",
		"RF34BF2026000412":                     one,
		"RF34 BF20 2600 0412":                  one,
		"RF35BF2026000412":                     "?",
	} {
		got, sure := payment.Numbers([]string{"BF", "XY"}, []string{text})
		if !sure {
			got = append(got, "?")
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzCamt reads anything: it must never panic, and what it lets through can be stored as it is.
func FuzzCamt(f *testing.F) {
	f.Add(camtFile("02", camtEntry("A1", "10.00", "BF-2026-000412")))
	f.Add(camtFile("08", strings.Replace(camtEntry("NONREF", "1e3", "RF34BF2026000412"), "Sts>BOOK", "Sts><Cd>BOOK</Cd>", 1)))
	f.Add(camtFile("02", strings.Replace(camtEntry("B", "3", "x"), "</NtryDtls>", "<TxDtls><Amt Ccy='EUR'>1</Amt></TxDtls></NtryDtls>", 1)))
	f.Fuzz(func(t *testing.T, file string) {
		_, err := payment.ReadCamt(strings.NewReader(file), nil, func(e payment.BankEntry) error {
			if e.IBAN == "" || e.Ref == "" || len(e.Ref) > 140 || len([]rune(e.Payer)) > 140 || len([]rune(e.Remittance)) > 1000 || strings.ContainsRune(words(e), 0) {
				t.Fatalf("%q", words(e))
			}
			if e.Refused == "" && (e.Amount.Sign() <= 0 || e.BookedOn.IsZero()) {
				t.Fatalf("%q", words(e))
			}
			payment.Numbers([]string{"BF"}, e.Texts)
			return nil
		})
		if err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
	})
}
