package account

import (
	"database/sql"

	"billfold/models/db"

	"gorm.io/gorm"
)

// InformationOf is InformationTx for many groups. A group that never saved any is not in the map, and its
// information is NoInformation.
func InformationOf(tx *gorm.DB, groupIDs []string) (map[string]Information, error) {
	found := make(map[string]Information, len(groupIDs))
	err := db.QueryIn(tx, `SELECT group_id, account_id, company, address_line1, address_line2, address_line3, city, region, postal_code, country,
		vat_id, vat_status, vat_source, vat_checked_at, electronic_scheme, electronic_id, buyer_reference, currency, purchase_order,
		invoice_text, invoice_emails, contact_emails, version, updated_at, updated_by FROM billing_information WHERE group_id IN (?)`,
		groupIDs, nil, func(rows *sql.Rows) error {
			var r informationRow
			err := rows.Scan(&r.GroupID, &r.AccountID, &r.Company, &r.AddressLine1, &r.AddressLine2, &r.AddressLine3, &r.City, &r.Region, &r.PostalCode, &r.Country,
				&r.VATID, &r.VATStatus, &r.VATSource, &r.VATCheckedAt, &r.ElectronicScheme, &r.ElectronicID, &r.BuyerReference, &r.Currency, &r.PurchaseOrder,
				&r.InvoiceText, &r.InvoiceEmails, &r.ContactEmails, &r.Version, &r.UpdatedAt, &r.UpdatedBy)
			if err != nil {
				return err
			}
			found[r.GroupID], err = r.information()
			return err
		})
	return found, err
}

// NoInformation is the billing information of a group that never saved any.
func NoInformation() Information { return Information{VATStatus: VATNone} }
