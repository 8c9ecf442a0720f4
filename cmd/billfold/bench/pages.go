package bench

// pagesMeasurements measure the pages of a billing group through the full handler stack.
func pagesMeasurements() []Measurement { return nil }
