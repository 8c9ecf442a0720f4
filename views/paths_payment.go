package views

// AddCardPath takes the POST that adds a card; the list that it stands on has the same address.
func AddCardPath(account string) string { return PaymentMethodsPath(account) }

// CardAddedPath is where a payment gateway sends a person back to who added a card, or gave up.
func CardAddedPath(account, setup string) string {
	return PaymentMethodsPath(account) + join("added", setup)
}

// ReplaceCardPath is the page that says what replacing a card does, and starts it.
func ReplaceCardPath(account, card string) string {
	return PaymentMethodsPath(account) + join(card, "replace")
}

// RemoveCardPath is the page that asks before a card is removed, or says who uses it.
func RemoveCardPath(account, card string) string {
	return PaymentMethodsPath(account) + join(card, "remove")
}

// PaidPath is where a payment gateway sends a person back to who paid an invoice, or gave up.
func PaidPath(group, number string) string { return PayNowPath(group, number) + "/done" }

// SandboxSetupPath is the sandbox's page that adds a card.
func SandboxSetupPath(ref string) string { return join("sandbox", "setup", ref) }

// SandboxPayPath is the sandbox's page that pays an invoice.
func SandboxPayPath(ref string) string { return join("sandbox", "pay", ref) }
