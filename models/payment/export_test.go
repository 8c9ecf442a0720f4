package payment

// ApplySetupTx is what Receive does with a notice about a visit, for tests.
var ApplySetupTx = (*Store).applySetupTx
