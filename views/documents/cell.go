package documents

// Cell is a text as files for spreadsheets hold it: what one would run as a formula gets a leading
// apostrophe.
func Cell(s string) string { return cell(s) }
