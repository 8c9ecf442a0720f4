package account

import "strings"

// OneLine is the postal address in one text, as programs of old read it: "Tie 2, 02100 Espoo, Finland".
func OneLine(i Information) string {
	var parts []string
	for _, p := range []string{i.AddressLine1, i.AddressLine2, i.AddressLine3, strings.TrimSpace(i.PostalCode + " " + i.City), i.Region, CountryName(i.Country)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}
