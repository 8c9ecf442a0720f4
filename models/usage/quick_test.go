package usage

import (
	"reflect"
	"strings"
	"testing"
)

const quickLine = `{"record_id":"r-1","project":"kafka","project_id":"a","project_external_id":"b","billing_group_id":"g","service_name":"été","service_type":"kafka","service_plan":"business-4","cloud":"aws","start":"2024-02-29T23:59:59.123456789Z","end":"2024-03-01T00:00:00Z","quantity":-0.50,"unit":"Hours","unit_price":"0.00000000000000001","cost":123456789012345678,"description":"","line_type":"extra_charge","tags":{"a":"","b":"1"}}`

func FuzzQuick(f *testing.F) {
	f.Add(quickLine)
	f.Add(strings.ReplaceAll(quickLine, ",", " ,\t"))
	for _, part := range [][2]string{{`"a":""`, `"b":""`}, {`"a":""`, `"a":null`}, {"-0.50", "-00.5"}, {"-0.50", "01"}, {"-0.50", `"01."`}, {"-0.50", `"-0"`}, {"-0.50", "1e3"}, {"-0.50", "-"}, {"-0.50", "null"},
		{"02-29", "02-30"}, {"23:59:59", "24:00:00"}, {"00:00:00Z", "00:00:60Z"}, {"59.123456789Z", "59.1234567891Z"}, {"59.123456789Z", "59.Z"}, {"59.123456789Z", "59,1Z"}, {"2024-03", "0000-01"},
		{`"unit":`, `"cost":`}, {`"unit":`, `"Unit":`}, {"été", `\u00e9`}, {"été", "\xff"}, {`"}}`, `"}} x`}, {`"}}`, `"},}`}, {`"quantity":-0.50,`, ``}, {"{", "[{"}} {
		f.Add(strings.Replace(quickLine, part[0], part[1], 1))
	}
	f.Fuzz(func(t *testing.T, line string) {
		got, ok := quickRecord([]byte(line))
		if !ok {
			return
		}
		want, bad := decodeAny([]byte(line))
		if len(bad) > 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nis read as %+v\nwant %+v %v", line, got, want, bad)
		}
	})
}

func TestQuickReadsWhatProducersWrite(t *testing.T) {
	if _, ok := quickRecord([]byte(quickLine)); !ok {
		t.Error("a plain record is not read quickly")
	}
}

func BenchmarkDecodeRecord(b *testing.B) {
	for name, decode := range map[string]func([]byte) bool{"quick": func(raw []byte) bool { _, ok := quickRecord(raw); return ok },
		"any": func(raw []byte) bool { _, bad := decodeAny(raw); return bad == nil }} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !decode([]byte(quickLine)) {
					b.Fatal("not read")
				}
			}
		})
	}
}
