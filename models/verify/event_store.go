package verify

import (
	"bytes"
	"fmt"

	"billfold/models/event"
)

// checkChains follows every hash chain from its first event to the last.
func checkChains(p *pass) error {
	var chains []struct {
		Chain    string
		LastHash []byte
		Length   int64
	}
	if err := p.db.Read(p.ctx).Raw(`SELECT chain, last_hash, length FROM event_chains ORDER BY chain`).Scan(&chains).Error; err != nil {
		return err
	}
	for _, c := range chains {
		previous, position := []byte{}, int64(0)
		for {
			var rows []event.Row
			err := p.db.Read(p.ctx).Where("chain = ? AND position > ?", c.Chain, position).Order("position").Limit(batch).Find(&rows).Error
			if err != nil {
				return err
			}
			for _, row := range rows {
				p.result.Checked++
				subject := fmt.Sprintf("event %d", row.Seq)
				if row.Position != position+1 {
					p.violated("E2", subject, "events %d to %d of chain %s are missing", position+1, row.Position-1, c.Chain)
				}
				if !bytes.Equal(row.Link(previous), row.Hash) {
					p.violated("E2", subject, "was changed, or the one before it")
				}
				previous, position = row.Hash, row.Position
			}
			if len(rows) < batch {
				break
			}
		}
		if position != c.Length || !bytes.Equal(previous, c.LastHash) {
			p.violated("E2", "chain "+c.Chain, "ends at event %d, must end at %d", position, c.Length)
		}
	}
	return violations(p, "E2", "events stand outside every chain", `SELECT e.chain, CAST(COUNT(*) AS TEXT) FROM events e
		WHERE NOT EXISTS (SELECT 1 FROM event_chains c WHERE c.chain = e.chain) GROUP BY e.chain`)
}
