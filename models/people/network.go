package people

// Network is the part of an address that one party holds, by which attempts are counted: all of an IPv4
// address, a /64 of IPv6.
func Network(ip string) string { return network(ip) }
