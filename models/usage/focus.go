package usage

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
	"unique"

	"github.com/shopspring/decimal"

	"billfold/models/money"
)

// The columns of FOCUS (FinOps Open Cost and Usage Specification 1.0) that are read.
const (
	colStart       = "ChargePeriodStart"
	colEnd         = "ChargePeriodEnd"
	colCost        = "BilledCost"
	colCurrency    = "BillingCurrency"
	colCategory    = "ChargeCategory"
	colDescription = "ChargeDescription"
	colAccountID   = "SubAccountId"
	colAccountName = "SubAccountName"
	colResource    = "ResourceName"
	colResourceID  = "ResourceId"
	colService     = "ServiceName"
	colSKU         = "SkuId"
	colRegion      = "RegionId"
	colTags        = "Tags"
	colID          = "Id"
)

var focusRequired = []string{colStart, colEnd, colCost, colCurrency, colCategory, colService}

// focusColumns names the column a field was read from, for errors.
var focusColumns = map[string]string{
	fieldID: colID, fieldExternalID: colAccountID, fieldProject: colAccountName, fieldService: colResource, fieldType: colService,
	fieldPlan: colSKU, fieldCloud: colRegion, fieldStart: colStart, fieldEnd: colEnd, fieldCost: colCost,
	fieldDescription: colDescription, fieldTags: colTags, fieldQuantity: "PricingQuantity", fieldUnit: "PricingUnit",
}

// readFOCUS reads FOCUS cost and usage CSV, row by row; the columns are found by their names in the
// first row, in any order, and others are ignored.
func (f *file) readFOCUS(buf *bufio.Reader, limit *rowLimit) error {
	rows := csv.NewReader(buf)
	rows.ReuseRecord = true
	limit.renew()
	header, err := rows.Read()
	var broken *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		f.complain(1, "", "", "the file is empty")
		return nil
	case errors.Is(err, errRowTooLong):
		f.tooLong(1)
		return nil
	case errors.As(err, &broken):
		f.complain(broken.Line, "", "", "the header is not CSV: "+broken.Err.Error())
		return nil
	case err != nil:
		return err
	}
	c := newFocusReader(f, header)
	if f.problems.Total > 0 {
		return nil
	}
	last := 1
	for {
		limit.renew()
		row, err := rows.Read()
		switch {
		case err == nil:
			last, _ = rows.FieldPos(0)
			if err := c.row(last, row); err != nil {
				return err
			}
		case errors.Is(err, errRowTooLong):
			f.tooLong(last + 1)
			return nil
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, csv.ErrFieldCount):
			line, _ := rows.FieldPos(0)
			f.complain(line, "", "", fmt.Sprintf("the row has %d columns, the header has %d", len(row), len(c.names)))
		case errors.As(err, &broken):
			// After a stray quote nobody can tell where the next row begins.
			f.complain(broken.Line, "", "", "the row is not CSV, and the rest was not read: "+broken.Err.Error())
			return nil
		default:
			return err
		}
	}
}

type focusReader struct {
	file  *file
	names []string
	at    map[string]int // place of a column by name
	ids   focusIDs
	tags  map[string]map[string]string // parsed tags by their text: rows of a resource share them

	line int
	cell []string
	id   string
}

func newFocusReader(f *file, header []string) *focusReader {
	c := &focusReader{file: f, at: map[string]int{}, tags: map[string]map[string]string{}}
	for i, name := range header {
		name = strings.Clone(strings.TrimSpace(name))
		if _, twice := c.at[name]; twice && name != "" {
			f.complain(1, "", name, "this column is there twice")
		}
		c.names = append(c.names, name)
		c.at[name] = i
	}
	for _, name := range focusRequired {
		if !slices.Contains(c.names, name) {
			f.complain(1, "", name, "this column is missing; the first row must name the columns of FOCUS")
		}
	}
	if !slices.Contains(c.names, colAccountID) && !slices.Contains(c.names, colAccountName) {
		f.complain(1, "", colAccountID, "this column is missing; it says which project pays")
	}
	c.ids = newFocusIDs(c.names)
	return c
}

// get is a cell without outer spaces; NULL and a missing column are empty.
func (c *focusReader) get(column string) string {
	i, ok := c.at[column]
	if !ok {
		return ""
	}
	return focusText(c.cell[i])
}

// keep is get for what a record keeps: interned, since names repeat in every row, and since a cell
// would keep its whole row in memory.
func (c *focusReader) keep(column string) string { return unique.Make(c.get(column)).Value() }

func focusText(cell string) string {
	if cell = strings.TrimSpace(cell); cell == "NULL" {
		return ""
	}
	return cell
}

func (c *focusReader) complain(column, format string, args ...any) {
	c.file.complain(c.line, c.id, column, fmt.Sprintf(format, args...))
}

// row reads a row. Error: of handing over the batch that it fills.
func (c *focusReader) row(line int, cell []string) error {
	c.line, c.cell = line, cell
	c.id = strings.Clone(c.get(colID))
	if c.id == "" {
		c.id = c.ids.next(cell)
	}
	before := c.file.problems.Total
	rec := Record{
		ID: c.id, Line: line, columns: focusColumns,
		ProjectExternalID: c.keep(colAccountID), Project: c.keep(colAccountName),
		ServiceName: c.service(), ServiceType: c.keep(colService), ServicePlan: c.keep(colSKU), Cloud: c.keep(colRegion),
		Start: c.time(colStart), End: c.time(colEnd),
		Description: unique.Make(oneLine(c.get(colDescription))).Value(),
		LineType:    c.lineType(), Tags: c.rowTags(),
	}
	rec.Cost = c.number(colCost)
	if rec.Cost == nil && c.get(colCost) == "" {
		c.complain(colCost, "give the cost")
	}
	rec.Quantity, rec.Unit = c.quantity()
	if currency := c.get(colCurrency); currency != string(c.file.opt.PriceCurrency) {
		c.complain(colCurrency, "usage comes in %s here, not in %.40q", c.file.opt.PriceCurrency, currency)
	}
	if rec.ProjectExternalID == "" && rec.Project == "" {
		c.complain(colAccountID, "say which sub account pays, by %s or %s", colAccountID, colAccountName)
	}
	// What could not be read is missing; checking the rest would only repeat it.
	if c.file.problems.Total > before {
		return nil
	}
	return c.file.take(rec)
}

// service is the resource's name, or its id, or the service's name.
func (c *focusReader) service() string {
	for _, column := range [...]string{colResource, colResourceID, colService} {
		if s := c.get(column); s != "" {
			return unique.Make(shorten(oneLine(s))).Value()
		}
	}
	return ""
}

func (c *focusReader) time(column string) time.Time {
	s := c.get(column)
	if s == "" {
		c.complain(column, "give a time")
		return time.Time{}
	}
	t, err := parseTime(s)
	if err != nil {
		c.complain(column, "%s", err)
	}
	return t
}

func (c *focusReader) number(column string) *decimal.Decimal {
	s := c.get(column)
	if s == "" {
		return nil
	}
	n, err := money.ParseDecimal(s)
	if err != nil {
		c.complain(column, "%s", err)
		return nil
	}
	return &n
}

// quantity is what was priced, else what was consumed, else one charge.
func (c *focusReader) quantity() (decimal.Decimal, string) {
	for _, kind := range [...]string{"Pricing", "Consumed"} {
		if n := c.number(kind + "Quantity"); n != nil {
			return *n, c.keep(kind + "Unit")
		}
	}
	return decimal.New(1, 0), ""
}

func (c *focusReader) lineType() LineType {
	switch category := c.get(colCategory); category {
	case "Usage":
		return ServiceCharge
	case "Purchase", "Adjustment", "Credit":
		return ExtraCharge
	case "Tax":
		c.complain(colCategory, "leave tax rows out: tax is added when the invoice is issued")
	default:
		c.complain(colCategory, "%.40q is not one of Usage, Purchase, Adjustment, Credit", category)
	}
	return ServiceCharge
}

// tagCache bounds the parsed tags kept at a time, tagCacheText the bytes of those that are.
const (
	tagCache     = 10_000
	tagCacheText = 2 << 10
)

func (c *focusReader) rowTags() map[string]string {
	s := c.get(colTags)
	if s == "" || s == "{}" {
		return nil
	}
	if tags, ok := c.tags[s]; ok {
		return tags
	}
	if !utf8.ValidString(s) {
		c.complain(colTags, "write it in UTF-8")
		return nil
	}
	tags, err := parseTags([]byte(s))
	if err != nil {
		c.complain(colTags, "%s", err)
		return nil
	}
	if len(s) > tagCacheText {
		return tags
	}
	if len(c.tags) >= tagCache {
		clear(c.tags)
	}
	c.tags[strings.Clone(s)] = tags
	return tags
}
