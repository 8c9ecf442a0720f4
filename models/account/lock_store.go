package account

import "gorm.io/gorm"

// LockEver is Lock for what goes on after an account is deleted too: money that comes late, documents that
// are corrected. Kind: NotFound when one never was.
func LockEver(tx *gorm.DB, accountIDs ...string) error { return lock(tx, "1 = 1", accountIDs) }
