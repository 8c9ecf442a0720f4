package credit

import "billfold/models"

// WithWall gives a store another real time, for tests of the limit of attempts.
func WithWall(s *Store, wall models.Clock) *Store {
	s.wall = wall
	return s
}
