package account

import (
	"slices"
	"time"

	"billfold/models"

	"gorm.io/gorm"
)

// LoadHistory reads who held each of the projects when; projects of other accounts are left out. A
// caller that files usage by it holds the account's Lock, else a project may move meanwhile.
func LoadHistory(tx *gorm.DB, accountID string, projectIDs []string) (History, error) {
	history := make(History, len(projectIDs))
	ids := slices.DeleteFunc(slices.Clone(projectIDs), func(id string) bool { return !models.IsID(id) })
	for part := range slices.Chunk(ids, 1000) {
		var rows []assignmentRow
		err := tx.Where("account_id = ? AND project_id IN ?", accountID, part).Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			history[r.ProjectID] = append(history[r.ProjectID], Assignment{r.GroupID, r.ValidFrom, r.ValidTo})
		}
	}
	for _, held := range history {
		slices.SortFunc(held, byFrom)
	}
	return history, nil
}

// byFrom puts the open lower bound first: the two databases sort nulls differently, Go sorts here.
func byFrom(a, b Assignment) int {
	switch {
	case a.From == nil && b.From == nil:
		return 0
	case a.From == nil:
		return -1
	case b.From == nil:
		return 1
	}
	return a.From.Compare(*b.From)
}

// HoldersAt gives the billing group that held each project at an instant, by project id. The same
// rules as LoadHistory.
func HoldersAt(tx *gorm.DB, accountID string, projectIDs []string, at time.Time) (map[string]string, error) {
	history, err := LoadHistory(tx, accountID, projectIDs)
	if err != nil {
		return nil, err
	}
	holders := make(map[string]string, len(history))
	for id := range history {
		if group, ok := history.HolderAt(id, at); ok {
			holders[id] = group
		}
	}
	return holders, nil
}
