package account

// MaxMoved is how many projects one request moves at most.
const MaxMoved = 1024
