package access

import (
	"context"
	"errors"

	"billfold/models"
)

// Installation is the right of an actor to do what is the operator's alone. The zero value allows nothing.
type Installation struct{ actor Actor }

// Actor is who acts; its Kind is empty in the zero value.
func (i Installation) Actor() Actor { return i.actor }

// ForInstallation gives the operator's right to the command line, the product itself and, with a grant,
// the operator's tokens. Kind: Forbidden.
func (a *Access) ForInstallation(ctx context.Context, actor Actor, grant Grant) (Installation, error) {
	refused := models.Forbiddenf("Only the operator can do this")
	switch actor.Kind {
	case Operator, System:
		return Installation{actor}, nil
	case Token:
		owner, err := a.tokenOwner(ctx, actor.ID)
		if errors.Is(err, errNoToken) {
			return Installation{}, refused
		}
		if err != nil {
			return Installation{}, err
		}
		if owner.UserID == nil && owner.AccountID == nil && actor.Allows(grant) {
			return Installation{actor}, nil
		}
	}
	return Installation{}, refused
}
