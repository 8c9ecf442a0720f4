// Package access answers who may do what. A Scope is proof that an actor may act on one account; it can
// only be made here, from the memberships in the database, and every query of a store uses it.
package access

// Role is a member's role in an account.
type Role string

// The roles: admin may do everything, billing reads and changes billing, viewer reads billing.
const (
	RoleAdmin   Role = "admin"
	RoleBilling Role = "billing"
	RoleViewer  Role = "viewer"
)

// Need is what a use case asks of the actor.
type Need int

// Read is for everyone with a role, Write for billing and admin, Admin for admin alone.
const (
	Read Need = iota
	Write
	Admin
)

// May reports whether a role satisfies a need.
func (r Role) May(n Need) bool {
	switch r {
	case RoleAdmin:
		return true
	case RoleBilling:
		return n <= Write
	case RoleViewer:
		return n == Read
	}
	return false
}

// ActorKind says what kind of party acts.
type ActorKind string

// The kinds of actors.
const (
	User     ActorKind = "user"     // somebody signed in
	Token    ActorKind = "token"    // an API token
	Operator ActorKind = "operator" // the command line
	System   ActorKind = "system"   // the product by itself
)

// Actor is who does something, as written into events.
type Actor struct {
	Kind      ActorKind
	ID        string // user or token id, empty for operator and system
	Name      string // shown in event lists
	RequestID string
	IP        string  // of users only
	grants    [4]bool // of tokens: which of AllGrants
}

// OperatorActor is the command line.
func OperatorActor() Actor { return Actor{Kind: Operator, Name: "Operator"} }

// SystemActor is the product by itself: jobs, closing by the clock.
func SystemActor() Actor { return Actor{Kind: System, Name: "System"} }

// Scope is the right of an actor to act on an account, or on one group of it. The zero value allows nothing.
type Scope struct {
	actor       Actor
	accountID   string
	accountName string
	groupID     string
	role        Role
}

// Actor is who acts.
func (s Scope) Actor() Actor { return s.actor }

// AccountID is the account that the scope is for.
func (s Scope) AccountID() string { return s.accountID }

// AccountName is the account's name.
func (s Scope) AccountName() string { return s.accountName }

// GroupID is the billing group that the scope was made for, empty when made for the account.
func (s Scope) GroupID() string { return s.groupID }

// Role is the actor's role; operator and system act as admin.
func (s Scope) Role() Role { return s.role }

// May reports whether the actor may do what needs n: by the role and, of a token, by its grants too.
func (s Scope) May(n Need) bool { return s.role.May(n) && s.actor.May(n) }

// CanWrite reports whether the actor may change billing.
func (s Scope) CanWrite() bool { return s.May(Write) }

// IsAdmin reports whether the actor may do everything in the account.
func (s Scope) IsAdmin() bool { return s.May(Admin) }
